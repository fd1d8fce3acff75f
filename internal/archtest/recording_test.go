package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// recording are the ways in which a script could keep, copy or read the sound and the picture of
// a call, or hand them to somebody else (R23). What measures how loud a sound is (an
// AnalyserNode) is none of them.
var recording = regexp.MustCompile(`\b(?:` + strings.Join([]string{
	"MediaRecorder", "captureStream", "mozCaptureStream", "ImageCapture", "grabFrame", "takePhoto", // a recording, a still
	"MediaStreamTrackProcessor", "MediaStreamTrackGenerator", "VideoTrackGenerator", "VideoFrame", "AudioData", // frames
	"VideoEncoder", "AudioEncoder", "VideoDecoder", "AudioDecoder", // their codes
	"RTCRtpScriptTransform", "RTCRtpScriptTransformer", "createEncodedStreams", "onrtctransform", // what passes through a connection
	"createScriptProcessor", "ScriptProcessorNode", "AudioWorklet", "AudioWorkletNode", "AudioWorkletProcessor", "audioWorklet", "createMediaStreamDestination", "MediaStreamAudioDestinationNode", "OfflineAudioContext", // samples of sound
	"drawImage", "createImageBitmap", "texImage2D", "texSubImage2D", "importExternalTexture", "copyExternalImageToTexture", "getImageData", "toDataURL", "toBlob", "convertToBlob", "OffscreenCanvas", // a picture on a canvas
	"getViewportMedia", "showSaveFilePicker", "createWritable", // a file
}, "|") + `)\b`)

// scripts are the folders of every script that a page can load.
var scripts = []string{"web/static", "web/templates"}

func TestR23_NoScriptRecordsOrReadsTheMediaOfACall(t *testing.T) {
	t.Parallel()
	read := 0
	for _, folder := range scripts {
		err := filepath.WalkDir(root+"/"+folder, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !scripted(entry.Name()) {
				return err
			}
			text, err := os.ReadFile(file)
			for _, found := range recording.FindAllString(string(text), -1) {
				t.Errorf("%s contains %s: no script records a call, or reads its sound or picture (R23)", strings.TrimPrefix(file, root+"/"), found)
			}
			read++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 50 {
		t.Errorf("read %d files only", read)
	}
}

// speech is the recognition of speech, which browsers may leave to somebody else's machine.
var speech = regexp.MustCompile(`(?i)\bspeechrecognition\b`)

// captioner is the one script that recognises speech, on the device alone:
// web/scripttest/captioner.test.mjs attacks it.
const captioner = "web/static/call/captioner.js"

func TestR23_SpeechIsRecognisedOnTheDeviceAlone(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, folder := range scripts {
		err := filepath.WalkDir(root+"/"+folder, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !scripted(entry.Name()) {
				return err
			}
			text, err := os.ReadFile(file)
			if speech.Match(text) || strings.Contains(string(text), "webkitSpeechRecognition") {
				files[strings.TrimPrefix(file, root+"/")] = string(text)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) != 1 || !strings.Contains(files[captioner], "if (recognition.processLocally === true) recognition.start(") || strings.Count(files[captioner], ".start(") != 1 {
		t.Errorf("%d files recognise speech; %s alone may, and starts only where the browser has promised to stay on the device (R23)", len(files), captioner)
	}
}

func scripted(name string) bool {
	switch filepath.Ext(name) {
	case ".js", ".mjs", ".html", ".svg":
		return true
	}
	return false
}

func TestR23_WhatRecordsIsFound(t *testing.T) {
	t.Parallel()
	for _, sample := range []string{
		"const recorder = new MediaRecorder(stream);",
		"const copy = video.captureStream();",
		"new ImageCapture(track).grabFrame()",
		"const frames = new MediaStreamTrackProcessor({ track }).readable;",
		"const node = context.createScriptProcessor(4096, 1, 1);",
		"await context.audioWorklet.addModule('/static/tap.js');",
		"class Tap extends AudioWorkletProcessor {}",
		"canvas.getContext('2d').drawImage(video, 0, 0);",
		"gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, video);",
		"receiver.transform = new RTCRtpScriptTransform(worker, {});",
		"const { readable } = receiver.createEncodedStreams();",
		"const tapped = context.createMediaStreamDestination();",
		"createImageBitmap(video).then(send);",
		"const frame = new VideoFrame(video);",
		"const encoder = new VideoEncoder({ output, error });",
	} {
		if !recording.MatchString(sample) {
			t.Errorf("not found: %s", sample)
		}
	}
	for _, sample := range []string{
		"const analyser = context.createAnalyser();",
		"element.srcObject = stream;",
		"pc.ontrack = (event) => show(event.streams[0]);",
		"const report = await pc.getStats();",
		"video.requestVideoFrameCallback(seen);",
	} {
		if found := recording.FindString(sample); found != "" {
			t.Errorf("%s is taken for %s", sample, found)
		}
	}
}
