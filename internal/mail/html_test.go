package mail_test

import (
	"bytes"
	netmail "net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"socialdirect/internal/mail"

	"golang.org/x/net/html"
)

// received sends a message, and returns its headers and its parts.
func received(t *testing.T, m mail.Message) (netmail.Header, []part) {
	t.Helper()
	server := refusing{accepted: make(chan []byte, 1)}
	sender, err := mail.New(start(t, server), "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
	must(t, err)
	m.ID, m.To = "1", "zoe@exemple.fr"
	must(t, sender.LinkingTo("https://rdv.exemple.fr").Send(t.Context(), m))
	message, err := netmail.ReadMessage(bytes.NewReader(<-server.accepted))
	must(t, err)
	return message.Header, partsOf(t, textproto.MIMEHeader(message.Header), message.Body, "")
}

// body is what a person reads and can follow in an HTML part.
type body struct {
	words    []string
	links    []string
	elements []string
	language string
}

func read(t *testing.T, source string) (b body) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	must(t, err)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			b.elements = append(b.elements, n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case n.Data == "html" && a.Key == "lang":
				b.language = a.Val
			case a.Key == "href":
				b.links = append(b.links, a.Val)
			case a.Key == "src", strings.HasPrefix(a.Key, "on"), a.Key == "bgcolor", a.Key == "color":
				t.Errorf("the part has %s=%q", a.Key, a.Val)
			}
		}
		if n.Type == html.TextNode && !slices.Contains([]string{"style", "title"}, n.Parent.Data) {
			b.words = append(b.words, strings.Fields(n.Data)...)
		}
	}
	return b
}

func TestR21_AMailSaysTheSameAsTextAndAsHTML(t *testing.T) {
	t.Parallel()
	text := "Bonjour Zoé <b>,\n\nVoici des heures :\n- mardi à 10 h\n- jeudi à 9 h & plus\nPour en prendre une :\nhttps://rdv.exemple.fr/x?token=a&b=2.\n\nDe https://ailleurs.exemple, ou https://rdv.exemple.fr.ailleurs.exemple/.\n"
	header, parts := received(t, mail.Message{Subject: "Un message vous attend", Text: text})
	if len(parts) != 2 || parts[0].kind != "multipart/alternative > text/plain" || parts[1].kind != "multipart/alternative > text/html" {
		t.Fatalf("the parts are %+v", parts)
	}
	got := read(t, parts[1].text)
	want := slices.DeleteFunc(strings.Fields(parts[0].text), func(word string) bool { return word == "-" })
	if strings.Join(got.words, "") != strings.Join(want, "") {
		t.Errorf("HTML: %q\ntext: %q", got.words, want)
	}
	if !slices.Equal(got.links, []string{"https://rdv.exemple.fr/x?token=a&b=2"}) {
		t.Errorf("the links are %q", got.links)
	}
	if n := len(slices.DeleteFunc(slices.Clone(got.elements), func(name string) bool { return name != "li" })); n != 2 {
		t.Errorf("%d entries of the list", n)
	}
	for _, name := range got.elements {
		if slices.Contains([]string{"b", "img", "script", "link", "table"}, name) {
			t.Errorf("the part has a <%s>", name)
		}
	}
	if got.language != "fr" || header.Get("Content-Language") != "fr" {
		t.Errorf("the language is %q and %q", got.language, header.Get("Content-Language"))
	}
}

// Mail programs invert colours in the dark as they like. A part that names none stays readable.
func TestR21_AMailNamesNoColour(t *testing.T) {
	t.Parallel()
	_, parts := received(t, mail.Message{Subject: "x", Text: "y"})
	for _, word := range []string{"color:", "background", "#", "rgb"} {
		if strings.Contains(strings.ReplaceAll(parts[1].text, "color-scheme", "scheme"), word) {
			t.Errorf("the part contains %q", word)
		}
	}
	if !strings.Contains(parts[1].text, `<meta name="color-scheme" content="light dark">`) {
		t.Error("the part does not say that it can be dark")
	}
}

func TestR21_OnlyAMailThatCanBeStoppedSaysHow(t *testing.T) {
	t.Parallel()
	header, _ := received(t, mail.Message{Subject: "x", Text: "y", Unsubscribe: "https://rdv.exemple.fr/desinscription?token=" + strings.Repeat("a", 43)})
	if header.Get("List-Unsubscribe") != "<https://rdv.exemple.fr/desinscription?token="+strings.Repeat("a", 43)+">" || header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("%v", header)
	}
	if header, _ = received(t, mail.Message{Subject: "x", Text: "y"}); header.Get("List-Unsubscribe")+header.Get("List-Unsubscribe-Post") != "" {
		t.Errorf("%v", header)
	}
}
