package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/config"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// repository is the repository's folder, relative to this package.
const repository = "../.."

// operators are the settings that the operator must add to compose.yaml; no others are
// required.
var operators = map[string]string{
	"DOMAIN":            "rendezvous.example.org",
	"MAIL_FROM":         "Social Direct <rendezvous@example.org>",
	"TURN_PUBLIC_IP":    "192.0.2.10",
	"SMTP_URL_FILE":     "/etc/socialdirect/smtp_url",
	"SWITCHBOARD_PHONE": "+33140000000",
	"OPERATOR_NAME":     "Exemple",
	"OPERATOR_ADDRESS":  "1 rue de l’Exemple, Paris",
	"OPERATOR_HOST":     "Hébergeur, Lyon",
}

func loadCompose(env map[string]string) (*types.Project, error) {
	var settings []string
	for name, value := range env {
		settings = append(settings, name+"="+value)
	}
	options, err := cli.NewProjectOptions([]string{filepath.Join(repository, "compose.yaml")},
		cli.WithWorkingDirectory(repository), cli.WithEnv(settings))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func production(t *testing.T) *types.Project {
	t.Helper()
	project, err := loadCompose(operators)
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeNamesEachSettingThatTheOperatorForgot(t *testing.T) {
	t.Parallel()
	for name := range operators {
		without := map[string]string{}
		for other, value := range operators {
			if other != name {
				without[other] = value
			}
		}
		if _, err := loadCompose(without); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestComposeStartsTheServicesInOrder(t *testing.T) {
	t.Parallel()
	services := production(t).Services
	if got := slices.Sorted(mapKeys(services)); !slices.Equal(got, []string{"clamd", "migrate", "postgres", "proxy", "server", "store"}) {
		t.Errorf("services: %v", got)
	}
	for name, conditions := range map[string]map[string]string{
		"migrate": {"postgres": types.ServiceConditionHealthy},
		"server": {
			"postgres": types.ServiceConditionHealthy, "store": types.ServiceConditionHealthy,
			"migrate": types.ServiceConditionCompletedSuccessfully, "clamd": types.ServiceConditionStarted,
		},
		"proxy": {"server": types.ServiceConditionStarted},
	} {
		t.Run(name, func(t *testing.T) {
			for on, condition := range conditions {
				if got := services[name].DependsOn[on].Condition; got != condition {
					t.Errorf("%s waits for %s to be %q, want %q", name, on, got, condition)
				}
			}
		})
	}
	if got := services["migrate"]; got.Restart != types.RestartPolicyNo || got.Command[0] != "migrate" || got.Image != services["server"].Image {
		t.Errorf("migrate is not the server's own one-shot: %s %v %s", got.Image, got.Command, got.Restart)
	}
}

func TestComposeChecksTheHealthOfEveryService(t *testing.T) {
	t.Parallel()
	services := production(t).Services
	for name, asks := range map[string]string{"postgres": "pg_isready", "store": "/health", "clamd": "clamdcheck.sh", "proxy": "http://server:8080/readyz"} {
		t.Run(name, func(t *testing.T) {
			check := services[name].HealthCheck
			if check == nil || check.Disable || !strings.Contains(strings.Join(check.Test, " "), asks) {
				t.Errorf("%s: health check %+v, want one that asks %s", name, check, asks)
			}
		})
	}
}

func TestComposeKeepsDataInVolumesAndPublishesFewPorts(t *testing.T) {
	t.Parallel()
	project := production(t)
	for service, target := range map[string]string{"postgres": "/var/lib/postgresql/data", "store": "/data", "clamd": "/var/lib/clamav", "proxy": "/data"} {
		t.Run(service, func(t *testing.T) {
			kept := slices.ContainsFunc(project.Services[service].Volumes, func(v types.ServiceVolumeConfig) bool {
				_, declared := project.Volumes[v.Source]
				return v.Type == types.VolumeTypeVolume && v.Target == target && declared
			})
			if !kept {
				t.Errorf("%s does not keep %s in a volume", service, target)
			}
		})
	}
	published := map[string][]string{"server": {"3478/tcp", "3478/udp"}, "proxy": {"443/tcp", "443/udp", "80/tcp"}}
	for name, service := range project.Services {
		var ports []string
		for _, port := range service.Ports {
			ports = append(ports, port.Published+"/"+port.Protocol)
		}
		slices.Sort(ports)
		if !slices.Equal(ports, published[name]) {
			t.Errorf("%s publishes %v, want %v", name, ports, published[name])
		}
	}
	for _, name := range []string{"postgres", "store", "migrate"} {
		if on := slices.Collect(mapKeys(project.Services[name].Networks)); len(on) != 1 || !project.Networks[on[0]].Internal {
			t.Errorf("%s is on %v, want the internal network alone", name, on)
		}
	}
}

// The scanner reads untrusted files: it reaches the server and the source of its signatures,
// and neither the database nor the store.
func TestR29_ComposeHasDocumentsScanned(t *testing.T) {
	t.Parallel()
	project := production(t)
	server, scanner := project.Services["server"], project.Services["clamd"]
	if address := server.Environment["CLAMD_ADDR"]; address == nil || *address != "clamd:3310" {
		t.Errorf("the server asks %v", address)
	}
	if len(scanner.Ports) != 0 || scanner.User != "clamav" {
		t.Errorf("the scanner publishes %v and runs as %q", scanner.Ports, scanner.User)
	}
	for name := range scanner.Networks {
		var others []string
		for other, service := range project.Services {
			if _, on := service.Networks[name]; on && other != "clamd" {
				others = append(others, other)
			}
		}
		switch {
		case project.Networks[name].Internal && !slices.Equal(others, []string{"server"}):
			t.Errorf("inside, the scanner meets %v, want the server alone", others)
		case !project.Networks[name].Internal && len(others) != 0:
			t.Errorf("on the scanner's way out are %v", others)
		}
	}
	if len(scanner.Networks) != 2 {
		t.Errorf("the scanner is on %d networks, want one to the server and one to its signatures", len(scanner.Networks))
	}
}

func TestR29_ServeReportsThatNothingIsScanned(t *testing.T) {
	t.Parallel()
	if got := missing(config.Config{}); len(got) != 1 || !strings.Contains(got[0], "CLAMD_ADDR") || strings.Contains(got[0], "\n") {
		t.Errorf("without a scanner: %q", got)
	}
	if got := missing(config.Config{ClamdAddr: "clamd:3310"}); len(got) != 0 {
		t.Errorf("with one: %q", got)
	}
}

func TestComposeGivesServicesNoUnneededRights(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`:v?[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z]+)?$`)
	for name, service := range production(t).Services {
		if !slices.Equal(service.CapDrop, []string{"ALL"}) || !slices.Contains(service.SecurityOpt, "no-new-privileges:true") || service.Privileged {
			t.Errorf("%s keeps rights: drops %v, %v", name, service.CapDrop, service.SecurityOpt)
		}
		if len(service.CapAdd) > 0 && name != "proxy" {
			t.Errorf("%s adds %v", name, service.CapAdd)
		}
		if !service.ReadOnly && name != "postgres" {
			t.Errorf("%s can write its own files", name)
		}
		if (name == "server" || name == "migrate") && service.User != "65532:65532" {
			t.Errorf("%s runs as %q", name, service.User)
		}
		if name != "server" && name != "migrate" && !pinned.MatchString(service.Image) {
			t.Errorf("%s: image %s names no version", name, service.Image)
		}
	}
}

// madeSecrets runs deploy/secrets.sh on its own copy, and returns the folder.
func madeSecrets(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(repository, "deploy/secrets.sh"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "secrets.sh")
	if err := os.WriteFile(path, script, 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second run changes nothing
		if out, err := exec.Command("/bin/sh", path).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	dir := filepath.Join(filepath.Dir(path), "secrets")
	if err := os.WriteFile(filepath.Join(dir, "smtp_url"), []byte("smtp://user:word@mail.example.org:587\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	return dir
}

// `serve` accepts the settings of compose.yaml, with the secrets that the script creates.
func TestComposeGivesTheServerSettingsThatItAccepts(t *testing.T) {
	t.Parallel()
	project, secrets := production(t), madeSecrets(t)
	for name := range project.Secrets {
		if info, err := os.Stat(filepath.Join(secrets, name)); err != nil || info.Size() == 0 {
			t.Errorf("the script does not create the secret %s: %v", name, err)
		}
	}
	server := project.Services["server"]
	c, err := config.Load(func(name string) string { return given(server, name, secrets) })
	if err != nil {
		t.Fatal(err)
	}
	if !c.Secure() || c.Base() != "https://rendezvous.example.org" || c.TURN.PublicIP.String() != "192.0.2.10" || c.ListenAddr != "0.0.0.0:8080" {
		t.Errorf("settings: %+v", c)
	}
	proxy := project.Services["proxy"].Networks["edge"].Ipv4Address
	if len(c.TrustedProxies) != 1 || c.TrustedProxies[0].Addr().String() != proxy {
		t.Errorf("the server trusts %v, the proxy is %s", c.TrustedProxies, proxy)
	}
	password, err := os.ReadFile(filepath.Join(secrets, "server_password"))
	if err != nil || !strings.Contains(c.DatabaseURL, "socialdirect:"+strings.TrimSpace(string(password))+"@") {
		t.Errorf("the server's password is not the database's: %v", err)
	}
	migrate := project.Services["migrate"]
	owner, err := config.MigrateURL(func(name string) string { return given(migrate, name, secrets) })
	if err != nil || !strings.Contains(owner, "socialdirect_owner:") || strings.Contains(owner, strings.TrimSpace(string(password))) {
		t.Errorf("migrations run under %q, %v", owner, err)
	}
}

// given is the value of a service's setting, with its secrets in that folder.
func given(service types.ServiceConfig, name, secrets string) string {
	value := service.Environment[name]
	if value == nil {
		return ""
	}
	return strings.Replace(*value, "/run/secrets", secrets, 1)
}

func TestComposeContainsNoSecret(t *testing.T) {
	t.Parallel()
	project := production(t)
	secret := regexp.MustCompile(`(?i)(PASSWORD|SECRET|MASTER_KEY|INDEX_KEY|NOISE_KEY|DATABASE_URL|SMTP_URL)`)
	for name, service := range project.Services {
		for variable, value := range service.Environment {
			if value == nil {
				t.Errorf("%s takes %s from the environment", name, variable)
			} else if secret.MatchString(variable) && variable != "PASSWORD_RANGE_URL" && (!strings.HasSuffix(variable, "_FILE") || !strings.HasPrefix(*value, "/run/secrets/")) {
				t.Errorf("%s: %s is not the path of a mounted secret", name, variable)
			} else if strings.HasPrefix(*value, "/run/secrets/") && !mounted(service, strings.TrimPrefix(*value, "/run/secrets/")) {
				t.Errorf("%s: %s names a secret that is not mounted there", name, variable)
			}
		}
	}
	for name, s := range project.Secrets {
		if s.File == "" || s.Content != "" || s.Environment != "" {
			t.Errorf("the secret %s is not a file", name)
		}
	}
}

// A stopping server has time for its whole drain, and for what follows it.
func TestR40_ComposeLetsTheDrainEnd(t *testing.T) {
	t.Parallel()
	server := production(t).Services["server"]
	drain, err := time.ParseDuration(*server.Environment["DRAIN_TIMEOUT"])
	if err != nil || server.StopGracePeriod == nil {
		t.Fatal(err, server.StopGracePeriod)
	}
	if grace := time.Duration(*server.StopGracePeriod); grace < drain+2*stopWithin {
		t.Errorf("it is killed after %s, and may drain for %s", grace, drain)
	}
}

func mounted(service types.ServiceConfig, secret string) bool {
	return slices.ContainsFunc(service.Secrets, func(s types.ServiceSecretConfig) bool { return s.Source == secret })
}

func mapKeys[M ~map[string]V, V any](m M) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// The image contains only the static binary and certificates, runs as nobody, and is built
// with the toolchain of go.mod.
func TestDockerfileShipsTheBinaryAlone(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(repository, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	build, final, found := strings.Cut(string(text), "\nFROM scratch\n")
	if !found {
		t.Fatal("the last image is not empty")
	}
	if !regexp.MustCompile(`(?m)^FROM golang:1\.26\.[0-9]+-[a-z]+ AS build$`).MatchString(build) {
		t.Error("the toolchain is not pinned")
	}
	if !strings.Contains(build, "CGO_ENABLED=0 go build") {
		t.Error("the binary is not static")
	}
	for _, want := range []string{"USER 65532:65532", `ENTRYPOINT ["/socialdirect"]`, `CMD ["serve"]`, "ca-certificates.crt"} {
		if !strings.Contains(final, want) {
			t.Errorf("the last image lacks %s", want)
		}
	}
	if strings.Contains(final, "\nRUN ") || strings.Count(final, "COPY ") != strings.Count(final, "COPY --from=build ") {
		t.Error("the last image contains more than what was built")
	}
}

// No secret is sent to the builder.
func TestDockerignoreKeepsSecretsAndDataOut(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(repository, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{".git", "data", "deploy", ".env"} {
		if !slices.Contains(strings.Split(string(text), "\n"), folder) {
			t.Errorf(".dockerignore lets %s through", folder)
		}
	}
}

// When the server does not answer, the proxy shows a page that needs nothing else, with a
// status that is not cached.
func TestR43_TheProxyHasAMaintenancePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(repository, "deploy/maintenance.html"))
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`<(?:script|link|img|iframe)|url\(|@import|src=`).FindString(string(page)); found != "" {
		t.Errorf("the page needs something else: %s", found)
	}
	for _, want := range []string{`lang="fr"`, `name="viewport"`, "Quitter vite", `{{with env "SWITCHBOARD_PHONE"}}`, `{{with env "SWITCHBOARD_HOURS"}}`, "112"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	proxy := production(t).Services["proxy"]
	mounted := slices.ContainsFunc(proxy.Volumes, func(v types.ServiceVolumeConfig) bool {
		return strings.HasSuffix(v.Source, "/deploy/maintenance.html") && v.Target == "/srv/maintenance.html" && v.ReadOnly
	})
	if number := proxy.Environment["SWITCHBOARD_PHONE"]; !mounted || number == nil || *number != operators["SWITCHBOARD_PHONE"] {
		t.Error("the proxy does not have the page, or the number on it")
	}
	caddyfile, err := os.ReadFile(filepath.Join(repository, "deploy/Caddyfile"))
	if err != nil {
		t.Fatal(err)
	}
	_, errors, found := strings.Cut(string(caddyfile), "in [502, 503, 504]`")
	for _, want := range []string{"root * {$PAGES:/srv}\n", "rewrite * /maintenance.html\n", "templates\n", "status 503\n", "Retry-After 60\n"} {
		if !found || !strings.Contains(errors, want) {
			t.Errorf("the proxy's errors lack %q", want)
		}
	}
}
