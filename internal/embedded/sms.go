package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

const (
	maxSMSBytes  = 64 << 10
	smsTimeout   = 10 * time.Second // for one request
	smsExtension = ".json"
)

// SMS is a text message as the gateway received it.
type SMS struct {
	Name string `json:"-"` // the file's name
	To   string `json:"to"`
	From string `json:"from"`
	Text string `json:"text"`
	Key  string `json:"key,omitempty"`
}

// SMSReceiver is an HTTP gateway on the loopback address that stores every SMS and forwards
// none. It accepts POST requests of {"to":…,"from":…,"text":…,"key":…}. Of several with the
// same key it stores one, for as long as the file exists.
type SMSReceiver struct {
	dir      string
	server   *http.Server
	listener net.Listener
	names    names

	mu   sync.Mutex
	keys map[string]bool
}

// StartSMSReceiver stores SMS in dir, created if missing: one .json file each. An SMS is
// accepted once its file is on disk; file names sort in the order of arrival.
func StartSMSReceiver(ctx context.Context, dir string) (*SMSReceiver, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("SMS receiver: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("SMS receiver: %w", err)
	}
	s := &SMSReceiver{dir: dir, listener: listener, keys: map[string]bool{}}
	kept, err := ReadSMS(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("SMS receiver: %w", err), listener.Close())
	}
	for _, message := range kept {
		s.keys[message.Key] = true
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.receive), ReadTimeout: smsTimeout, WriteTimeout: smsTimeout}
	go func() { _ = s.server.Serve(listener) }() // ends with Stop
	return s, nil
}

// URL is the gateway's address, "http://127.0.0.1:PORT/".
func (s *SMSReceiver) URL() string { return "http://" + s.listener.Addr().String() + "/" }

// Dir is the folder of the SMS, an absolute path.
func (s *SMSReceiver) Dir() string { return s.dir }

// Stop ends the server at once.
func (s *SMSReceiver) Stop(context.Context) error {
	err := s.server.Close()
	if closed := s.listener.Close(); err == nil && !errors.Is(closed, net.ErrClosed) {
		err = closed // the server may not know the listener yet
	}
	return err
}

func (s *SMSReceiver) receive(w http.ResponseWriter, r *http.Request) {
	var message SMS
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSMSBytes)).Decode(&message)
	if r.Method != http.MethodPost || err != nil || message.To == "" || message.Text == "" {
		http.Error(w, "not an SMS", http.StatusBadRequest)
		return
	}
	if err := s.keep(message); err != nil {
		http.Error(w, "not kept", http.StatusInternalServerError)
	}
}

func (s *SMSReceiver) keep(message SMS) error {
	content, err := json.Marshal(message)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if message.Key != "" && s.keys[message.Key] {
		return nil
	}
	if err := writeDurably(filepath.Join(s.dir, s.names.next(smsExtension)), append(content, '\n')); err != nil {
		return err
	}
	s.keys[message.Key] = true
	return nil
}

// ReadSMS reads the SMS in dir, latest first.
func ReadSMS(dir string) ([]SMS, error) {
	paths, err := filepath.Glob(filepath.Join(globLiteral(dir), "[0-9]*"+smsExtension))
	if err != nil {
		return nil, err
	}
	all := make([]SMS, 0, len(paths))
	for _, path := range slices.Backward(paths) {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		message := SMS{Name: filepath.Base(path)}
		if err := json.Unmarshal(content, &message); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, message)
	}
	return all, nil
}
