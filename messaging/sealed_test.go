package messaging_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"socialdirect/internal/fault"
	"socialdirect/internal/vault"
)

// Secrets that must not be found in clear in the database or the store.
const (
	secretBody    = "phrase-confidentielle-du-message"
	secretName    = "nom-confidentiel-du-document"
	secretContent = "contenu-confidentiel-du-document "
)

func secretFile() file {
	content := append(pdf(100), strings.Repeat(secretContent, 20_000)...)
	return file{secretName + ".pdf", bytes.NewReader(content)}
}

func TestR29_NothingIsReadableAtRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, secretBody, secretFile())
	w.mustSend(t, w.nadia, secretBody, secretFile())

	dump := databaseText(t, w)
	if !strings.Contains(dump, "Zoé") || !strings.Contains(dump, w.conversation.String()) {
		t.Fatal("the dump of the database is not complete, so it proves nothing")
	}
	for _, secret := range []string{secretBody, secretName, strings.TrimSpace(secretContent)} {
		if strings.Contains(dump, secret) || strings.Contains(dump, hex.EncodeToString([]byte(secret))) {
			t.Errorf("%q is readable in the database", secret)
		}
	}
	objects := w.objects(t)
	if len(objects) != 2 {
		t.Fatalf("%d objects in the store", len(objects))
	}
	for key, content := range objects {
		for _, secret := range []string{secretName, strings.TrimSpace(secretContent), "%PDF"} {
			if bytes.Contains(content, []byte(secret)) || strings.Contains(key, secret) {
				t.Errorf("%q is readable in the store", secret)
			}
		}
	}
}

// databaseText returns every row of every table, jobs included, as text.
func databaseText(t *testing.T, w *world) string {
	t.Helper()
	rows, err := w.DB.Pool.Query(t.Context(), `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	var text strings.Builder
	for _, table := range tables {
		var all *string
		if err := w.DB.Pool.QueryRow(t.Context(), `select string_agg(t::text, E'\n') from "`+table+`" t`).Scan(&all); err != nil {
			t.Fatal(err)
		}
		if all != nil {
			text.WriteString(*all + "\n")
		}
	}
	return text.String()
}

func TestR29_DestroyingTheKeyMakesEverythingUnreadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, secretBody, secretFile())
	w.mustSend(t, w.nadia, secretBody, secretFile())
	document := w.last(t, w.zoe).Documents[0].ID
	w.destroyKey(t, w.zoe.ID)

	for _, m := range w.thread(t, w.nadia).Messages {
		if !m.Erased || m.Body != "" || m.Documents != nil {
			t.Errorf("still there: %+v", m)
		}
	}
	if _, err := w.messages.Open(t.Context(), w.nadia, document); !fault.Is(err, fault.Gone) {
		t.Errorf("the document: %v", err)
	}
	if err := w.send(t.Context(), w.nadia, "encore là ?"); !fault.Is(err, fault.Invalid) {
		t.Errorf("writing to a closed account: %v", err)
	}
	if err := w.send(t.Context(), w.nadia, "", pdfFile("a.pdf", 100_000)); !fault.Is(err, fault.Invalid) {
		t.Errorf("sending a document to a closed account: %v", err)
	}
	if n := w.count(t, "messages"); n != 2 {
		t.Errorf("%d messages", n)
	}
}

// Somebody with access to the database or the store cannot exchange or alter content.
func TestR29_ContentMovedOrAlteredAtRestCannotBeOpened(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, "un", pdfFile("a.pdf", 200_000))
	w.mustSend(t, w.zoe, "deux", pdfFile("b.pdf", 200_000))
	first := w.thread(t, w.zoe).Messages[0].Documents[0].ID
	second := w.last(t, w.zoe).Documents[0].ID
	ctx := t.Context()

	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := w.DB.Pool.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`update documents d set sealed_size = o.sealed_size, object_key = 'moved' from documents o where d.id = $1 and o.id = $2`, first, second)
	key := "documents/" + second.String()
	if _, err := w.store.Put(ctx, "moved", bytes.NewReader(w.objects(t)[key])); err != nil {
		t.Fatal(err)
	}
	if _, err := w.messages.Open(ctx, w.zoe, first); !errors.Is(err, vault.ErrNotAuthentic) {
		t.Errorf("another document's object: %v", err)
	}
	altered := w.objects(t)[key]
	altered[len(altered)-1] ^= 1
	if _, err := w.store.Put(ctx, key, bytes.NewReader(altered)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.messages.Open(ctx, w.zoe, second); !errors.Is(err, vault.ErrNotAuthentic) {
		t.Errorf("an altered object: %v", err)
	}
	exec(`update messages m set sealed_body = o.sealed_body from messages o where m.id <> o.id`)
	if _, err := w.messages.Thread(ctx, w.zoe, w.conversation, [16]byte{}); !errors.Is(err, vault.ErrNotAuthentic) {
		t.Errorf("another message's body: %v", err)
	}
}
