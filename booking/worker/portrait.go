package worker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/kovidgoyal/imaging"
)

// MaxPortraitFile is the maximum size of the file of a portrait, in bytes.
const MaxPortraitFile = 10 * 1000 * 1000

const (
	portraitSide    = 320        // pixels: twice the largest size on a page
	portraitQuality = 82         // JPEG quality: about 20 KB
	maxPixels       = 50_000_000 // of the best phones; a photo takes four bytes of memory a pixel
)

// Portrait is a worker's picture as it is shown: a square JPEG without metadata.
type Portrait struct {
	JPEG    []byte
	Version string // changes with the picture
}

var (
	errPortrait      = fault.New(fault.Invalid, "Ce fichier n’est pas une photo que nous savons lire. Choisissez une image JPEG, PNG ou WebP.")
	errPortraitLarge = fault.New(fault.Invalid, "Cette photo est trop grande. Choisissez-en une de 10 Mo et de 50 millions de points au plus.")
	errNoPortrait    = fault.New(fault.NotFound, "Il n’y a pas de photo ici.")
)

// Portrait returns a worker's picture to any signed-in viewer, and counts as a view of the
// sheet (R45). It fails with NotFound if there is none.
func (s *Service) Portrait(ctx context.Context, v *viewer.Viewer, worker uuid.UUID) (Portrait, error) {
	if v == nil {
		return Portrait{}, errNoPortrait
	}
	var p Portrait
	var err error
	p.JPEG, p.Version, err = readPortrait(ctx, s.db.Pool, worker)
	if postgres.NoRows(err) {
		return Portrait{}, errNoPortrait
	}
	if err != nil {
		return Portrait{}, err
	}
	return p, s.views.CountSheets(ctx, v, worker)
}

// SetPortrait makes the worker's picture from a photo. Only its pixels are kept, no metadata
// such as place, time or camera. The worker and administrators may. It fails with Invalid if
// the file is no photo or too large.
func (s *Service) SetPortrait(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, photo io.Reader) error {
	if err := mayEdit(v, worker); err != nil {
		return err
	}
	file, err := io.ReadAll(io.LimitReader(photo, MaxPortraitFile+1))
	switch {
	case err != nil:
		return fault.Wrap(fault.Invalid, err)
	case len(file) > MaxPortraitFile:
		return errPortraitLarge
	}
	picture, err := s.portraits.draw(ctx, file)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(picture)
	return s.editSheet(ctx, v, worker, "sheet.portrait", func(tx postgres.Tx) error {
		return putPortrait(ctx, tx, worker, picture, hex.EncodeToString(sum[:8]))
	})
}

// RemovePortrait removes the picture; the sheet shows initials again.
func (s *Service) RemovePortrait(ctx context.Context, v *viewer.Viewer, worker uuid.UUID) error {
	return s.editSheet(ctx, v, worker, "sheet.portrait", func(tx postgres.Tx) error { return deletePortrait(ctx, tx, worker) })
}

// portraitLock makes one portrait at a time, because a large photo takes 200 MB of memory.
type portraitLock chan struct{}

func newPortraitLock() portraitLock { return make(portraitLock, 1) }

func (l portraitLock) draw(ctx context.Context, file []byte) ([]byte, error) {
	select {
	case l <- struct{}{}:
		defer func() { <-l }()
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, ctx.Err())
	}
	return drawPortrait(file)
}

// drawPortrait rotates a photo upright, crops it to the square in its middle, resizes it and
// encodes it as JPEG.
func drawPortrait(file []byte) ([]byte, error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil:
		return nil, &fault.Fault{Code: fault.Invalid, Message: errPortrait.Message, Cause: err}
	case format != "jpeg" && format != "png" && format != "webp":
		return nil, &fault.Fault{Code: fault.Invalid, Message: errPortrait.Message, Cause: fmt.Errorf("a picture of format %q", format)}
	case size.Width < 1 || size.Height < 1 || size.Width > maxPixels/size.Height:
		return nil, errPortraitLarge
	}
	// Only Go decoders: the other backends run programs of the machine.
	photo, err := imaging.Decode(bytes.NewReader(file), imaging.AutoOrientation(true), imaging.Backends(imaging.GO_IMAGE))
	if err != nil {
		return nil, &fault.Fault{Code: fault.Invalid, Message: errPortrait.Message, Cause: err}
	}
	square := imaging.Fill(photo, portraitSide, portraitSide, imaging.Center, imaging.Lanczos)
	var out bytes.Buffer
	err = jpeg.Encode(&out, imaging.PasteOntoBackground(square, color.White), &jpeg.Options{Quality: portraitQuality})
	if out.Len() == 0 {
		err = errors.Join(err, errors.New("an empty picture"))
	}
	return out.Bytes(), err
}
