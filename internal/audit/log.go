package audit

import (
	"context"
	"log/slog"
	"net/netip"

	"github.com/google/uuid"
)

// logged is the message of each event in the log; its attribute "event" has the act.
const logged = "account event"

type placeKey struct{}

// WithPlace returns a context whose events are logged with the network that a request comes
// from: an IPv4 address without its last byte, the /48 of an IPv6 address.
func WithPlace(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, placeKey{}, network(address))
}

// network shortens an address, so that the log names a network and no subscriber. It is empty
// for anything else.
func network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	parsed = parsed.Unmap().WithZone("")
	bits := 48
	if parsed.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(parsed, bits).Masked().String()
}

// Log writes an event to the log: the act, the accounts by their identifiers, and the network.
// Neither an address nor a name nor a token is in it. Append calls it for every line of the
// journal; others call it for events that are not journaled.
func Log(ctx context.Context, level slog.Level, e Entry, more ...slog.Attr) {
	attrs := []slog.Attr{slog.String("event", e.Act)}
	for _, id := range []struct {
		name string
		id   uuid.UUID
	}{{"actor", e.ActorID}, {"account", e.SubjectID}, {"object", e.ObjectID}} {
		if id.id != uuid.Nil {
			attrs = append(attrs, slog.String(id.name, id.id.String()))
		}
	}
	if place, _ := ctx.Value(placeKey{}).(string); place != "" {
		attrs = append(attrs, slog.String("place", place))
	}
	slog.LogAttrs(ctx, level, logged, append(attrs, more...)...)
}
