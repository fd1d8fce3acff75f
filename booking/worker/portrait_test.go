package worker_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
)

// photo is a JPEG of 40 × 20 pixels, red on the left and blue on the right, with Exif metadata:
// an orientation (tag 0x0112), a place and a camera.
func photo(t *testing.T, orientation uint16) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for x := range 40 {
		for y := range 20 {
			c := color.RGBA{R: 255, A: 255}
			if x >= 20 {
				c = color.RGBA{B: 255, A: 255}
			}
			picture.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, picture, &jpeg.Options{Quality: 100}))
	exif := append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x02"), 0x01, 0x12, 0, 3, 0, 0, 0, 1)
	exif = binary.BigEndian.AppendUint16(exif, orientation)
	exif = append(exif, 0, 0)
	exif = append(exif, 0x01, 0x0f, 0, 2, 0, 0, 0, 20, 0, 0, 0, 38) // the maker, at offset 38
	exif = append(exif, 0, 0, 0, 0)
	exif = append(exif, []byte("48.8566N 2.3522E CAM\x00")...)
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return slices.Concat(head, exif, out.Bytes()[2:])
}

func TestR12_APortraitIsUprightSquareAndHasNoMetadata(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	versions := map[string]bool{}
	for orientation, want := range map[uint16]string{1: "left", 3: "right", 6: "top", 8: "bottom"} {
		must(t, w.Workers.SetPortrait(t.Context(), nadia, nadia.ID, bytes.NewReader(photo(t, orientation))))
		p, err := w.Workers.Portrait(t.Context(), nadia, nadia.ID)
		must(t, err)
		versions[p.Version] = true
		picture, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		must(t, err)
		if size := picture.Bounds().Size(); size != image.Pt(320, 320) {
			t.Errorf("the picture has %v pixels", size)
		}
		for side, at := range map[string]image.Point{"left": {20, 160}, "right": {300, 160}, "top": {160, 20}, "bottom": {160, 300}} {
			r, _, b, _ := picture.At(at.X, at.Y).RGBA()
			if side == want && r < b {
				t.Errorf("orientation %d: the %s is not red", orientation, side)
			}
		}
		if bytes.Contains(p.JPEG, []byte("Exif")) || bytes.Contains(p.JPEG, []byte("CAM")) {
			t.Error("the picture still has metadata")
		}
	}
	if len(versions) != 4 {
		t.Errorf("%d versions for four pictures", len(versions))
	}
	must(t, w.Workers.RemovePortrait(t.Context(), nadia, nadia.ID))
	if _, err := w.Workers.Portrait(t.Context(), nadia, nadia.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a removed picture: %v", err)
	}
	if got, err := w.Workers.SocialWorker(t.Context(), nadia.ID); err != nil || got.Portrait != "" {
		t.Errorf("the sheet still has a portrait: %q, %v", got.Portrait, err)
	}
}

func TestR12_AFileThatIsNoPhotoIsRefused(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	var animated, huge bytes.Buffer
	must(t, gif.Encode(&animated, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black}), nil))
	must(t, png.Encode(&huge, image.NewGray(image.Rect(0, 0, 10, 10))))
	bomb := huge.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 60_000) // the header claims this width, and below this height
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	cut := photo(t, 1)
	for name, file := range map[string][]byte{
		"nothing": nil, "text": []byte("bonjour"), "a GIF": animated.Bytes(), "a bomb": bomb, "cut off": cut[:len(cut)/2],
		"a page": []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "too large": make([]byte, worker.MaxPortraitFile+1),
	} {
		err := w.Workers.SetPortrait(t.Context(), nadia, nadia.ID, bytes.NewReader(file))
		if !fault.Is(err, fault.Invalid) || fault.From(err).Message == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Workers.Portrait(t.Context(), nadia, nadia.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a portrait was stored: %v", err)
	}
}
