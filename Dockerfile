# The server alone: one static binary, nobody's user, nothing else to run. It
# needs no writable folder, no shell and no zone files (they are in the binary).
# Its health is asked over HTTP (/healthz, /readyz) by whoever runs it.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unversioned
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /socialdirect ./cmd/socialdirect

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /socialdirect /socialdirect
USER 65532:65532
EXPOSE 8080/tcp 3478/tcp 3478/udp
ENTRYPOINT ["/socialdirect"]
CMD ["serve"]
