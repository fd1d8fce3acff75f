package poster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// quietZone is the empty border that a reader needs, in modules (ISO/IEC 18004).
const quietZone = 4

// qrCode returns a QR code that stays readable with a quarter of it damaged.
func qrCode(address string) (barcode.Barcode, error) {
	code, err := qr.Encode(address, qr.Q, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	return code, nil
}

func dark(code barcode.Barcode, x, y int) bool {
	return color.GrayModel.Convert(code.At(x, y)) == color.Gray{}
}

// modules calls draw for every dark square, with x and y counted from 0.
func modules(code barcode.Barcode, draw func(x, y int)) {
	for y := range code.Bounds().Dy() {
		for x := range code.Bounds().Dx() {
			if dark(code, x, y) {
				draw(x, y)
			}
		}
	}
}

// SVG returns the QR code of a URL as an SVG.
func SVG(address string) ([]byte, error) {
	code, err := qrCode(address)
	if err != nil {
		return nil, err
	}
	side := code.Bounds().Dx() + 2*quietZone
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="600" height="600" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side, side, side)
	modules(code, func(x, y int) { fmt.Fprintf(&out, "M%d %dh1v1h-1z", x+quietZone, y+quietZone) })
	out.WriteString(`"/></svg>`)
	return out.Bytes(), nil
}

// pixels is the width of a module in the PNG.
const pixels = 16

// PNG writes the QR code of a URL as a PNG, for programs that do not support SVG.
func PNG(w io.Writer, address string) error {
	code, err := qrCode(address)
	if err != nil {
		return err
	}
	return png.Encode(w, enlarged(code))
}

// enlarged returns the code with its quiet zone as an image of two colours.
func enlarged(code barcode.Barcode) image.Image {
	side := (code.Bounds().Dx() + 2*quietZone) * pixels
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	modules(code, func(x, y int) { blacken(picture, (x+quietZone)*pixels, (y+quietZone)*pixels) })
	return picture
}

func blacken(picture *image.Paletted, left, top int) {
	for y := top; y < top+pixels; y++ {
		for x := left; x < left+pixels; x++ {
			picture.SetColorIndex(x, y, 1)
		}
	}
}
