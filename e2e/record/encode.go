package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// mostBytes is the maximum size of a film in either format, for slow connections.
const mostBytes = 700_000

// cut encodes the pictures into the film's files: name.mp4 for every browser, name.webm for
// those without H.264, name.jpg and name.vtt.
func (d *director) cut(ctx context.Context, name string) error {
	var list strings.Builder
	for _, f := range d.frames {
		fmt.Fprintf(&list, "file '%s'\nduration %.6f\n", f.file, f.long.Seconds())
	}
	frames, err := writeFile(d.dir, "frames.txt", []byte(list.String()))
	if err != nil {
		return err
	}
	// The duration of the last picture would be ignored: it is
	// extended, and the film cut to its length.
	long := fmt.Sprintf("%.3f", d.now.Seconds())
	in := []string{"-f", "concat", "-safe", "0", "-i", frames, "-vf", fmt.Sprintf("fps=%d,tpad=stop_mode=clone:stop_duration=5", frameRate), "-t", long, "-pix_fmt", "yuv420p", "-an", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"}
	mp4 := slices.Concat(in, []string{"-c:v", "libx264", "-profile:v", "main", "-preset", "slow", "-crf", "25", "-g", "120", "-movflags", "+faststart", name + ".mp4"})
	webm := slices.Concat(in, []string{"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "38", "-g", "120", "-deadline", "good", "-cpu-used", "3", "-row-mt", "1", name + ".webm"})
	poster := []string{"-i", d.frames[0].file, "-vf", "scale=360:-2", "-q:v", "4", "-frames:v", "1", "-map_metadata", "-1", "-fflags", "+bitexact", name + ".jpg"}
	for _, arguments := range [][]string{mp4, webm, poster} {
		if err := ffmpeg(ctx, arguments...); err != nil {
			return err
		}
	}
	if err := os.WriteFile(name+".vtt", []byte(captions(d.cues)), 0o644); err != nil {
		return err
	}
	return light(name+".mp4", name+".webm")
}

func light(files ...string) error {
	for _, file := range files {
		about, err := os.Stat(file)
		if err != nil {
			return err
		}
		if about.Size() > mostBytes {
			return fmt.Errorf("%s has %d bytes, more than %d", file, about.Size(), mostBytes)
		}
	}
	return nil
}

func ffmpeg(ctx context.Context, arguments ...string) error {
	command := exec.CommandContext(ctx, "ffmpeg", append([]string{"-y", "-loglevel", "error"}, arguments...)...)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("ffmpeg: %w\n%s", err, out)
	}
	return nil
}

// captions writes WebVTT.
func captions(cues []cue) string {
	var out strings.Builder
	out.WriteString("WEBVTT\n")
	for _, c := range cues {
		fmt.Fprintf(&out, "\n%s --> %s\n%s\n", stamp(c.from), stamp(c.to), c.words)
	}
	return out.String()
}

func stamp(at time.Duration) string {
	ms := at.Milliseconds()
	return fmt.Sprintf("%02d:%02d.%03d", ms/60000, ms/1000%60, ms%1000)
}

// face creates a video of a person drawn in these colours, as a file that Chromium uses as a
// camera.
func face(ctx context.Context, dir, name, skin, hair, shirt string) (string, error) {
	drawing := strings.NewReplacer("SKIN", skin, "HAIR", hair, "SHIRT", shirt).Replace(faceDrawing)
	b, err := newBrowser(ctx, os.DevNull)
	if err != nil {
		return "", err
	}
	defer b.close()
	if err := b.do(chromedp.EmulateViewport(640, 480), chromedp.Navigate("data:image/svg+xml;base64,"+base64.StdEncoding.EncodeToString([]byte(drawing)))); err != nil {
		return "", err
	}
	shot, err := ask(b, chromedp.CaptureScreenshot())
	if err != nil {
		return "", err
	}
	picture, err := writeFile(dir, name+".png", shot)
	if err != nil {
		return "", err
	}
	camera := filepath.Join(dir, name+".y4m")
	return camera, ffmpeg(ctx, "-loop", "1", "-framerate", "15", "-i", picture, "-t", "1", "-pix_fmt", "yuv420p", camera)
}
