package testdir_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"socialdirect/internal/testdir"
)

// asHolder makes this test binary lock a fixed folder, print its path and wait.
const asHolder = "TESTDIR_TEST_HOLD"

func TestMain(m *testing.M) {
	if os.Getenv(asHolder) != "" {
		dir, err := testdir.Fixed("testdir")
		if err == nil {
			err = os.Mkdir(dir, 0o700) // it was empty: there would be one
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(dir)
		select {}
	}
	os.Exit(m.Run())
}

// holder starts another process that locks a fixed folder.
func holder(t *testing.T) (dir string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asHolder+"=1")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	kill = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	t.Cleanup(kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(line, "\n"), kill
}

func TestAFixedFolderIsReusedButNotByTwoProcessesAtOnce(t *testing.T) {
	first, kill := holder(t)
	second, _ := holder(t)
	if first == second {
		t.Fatal("two processes have the same folder")
	}
	kill()
	again, _ := holder(t)
	if again != first {
		t.Errorf("after its process was killed, the folder is %s, not %s", again, first)
	}
}

func TestTheFolderOfAKilledProcessIsRemoved(t *testing.T) {
	left, kill := holder(t)
	kill()
	if _, err := testdir.New("testdir"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(left)); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestAFolderBelongsToOneWorkingDirectory(t *testing.T) {
	here, err := testdir.Fixed("testdir")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	elsewhere, err := testdir.Fixed("testdir")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSuffix(filepath.Dir(here), "-1") == strings.TrimSuffix(filepath.Dir(elsewhere), "-1") {
		t.Errorf("both are %s", here)
	}
	for _, dir := range []string{here, elsewhere} {
		if err := testdir.Remove(dir); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", dir, err)
		}
	}
}
