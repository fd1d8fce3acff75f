package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// identity is the user as whom the server runs. PostgreSQL refuses to run as root, so root
// either appears as another user inside a user namespace, where it still owns its files, or
// gives the files to another user.
type identity struct {
	uid, gid  int
	namespace bool // is uid inside a user namespace, and root outside
	other     bool // is a different user from this process
}

// outside returns the identity as the file system sees it.
func (who identity) outside() (uid, gid int) {
	if who.namespace {
		return os.Geteuid(), os.Getegid()
	}
	return who.uid, who.gid
}

// identities returns the possible ways to run the server, best first.
func identities() []identity {
	if os.Geteuid() != 0 {
		return []identity{{uid: os.Geteuid(), gid: os.Getegid()}}
	}
	var ways []identity
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if len(ways) == 0 { // initdb requires a uid with a name, whichever
			ways = append(ways, identity{uid: uid, gid: gid, namespace: true})
		}
		if name == "postgres" {
			ways = append(ways, identity{uid: uid, gid: gid, other: true})
		}
	}
	return ways
}

// chooseIdentity returns the first identity that this machine permits.
func chooseIdentity(ways []identity, bin, dir string) (identity, error) {
	err := errors.New("root cannot run it, and there is neither a user “postgres” nor a user “nobody”")
	for _, who := range ways {
		cmd := exec.Command(filepath.Join(bin, "postgres"), "--version")
		cmd.Dir, cmd.SysProcAttr = "/", who.attr()
		if err = cmd.Run(); err != nil {
			err = fmt.Errorf("cannot be run as uid %d: %w", who.uid, err)
			continue
		}
		if err = who.reaches(dir); err == nil {
			return who, nil
		}
	}
	return identity{}, err
}

func (who identity) attr() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{}
	switch {
	case who.namespace:
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: who.uid, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: who.gid, HostID: os.Getegid(), Size: 1}}
	case who.other:
		attr.Credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	}
	return attr
}

// reaches fails with the first folder above dir that the identity cannot enter; opening it up
// is not this program's decision. Outside a namespace, dir itself must be accessible too.
func (who identity) reaches(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	if who.other {
		if err := os.Chmod(dir, 0o711); err != nil {
			return err
		}
	}
	uid, gid := who.outside()
	for folder := filepath.Dir(dir); ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err != nil {
			return err
		}
		if !passable(info, uid, gid) {
			return fmt.Errorf("runs as uid %d, which cannot pass %s: use a folder that every user may pass, or start this as the folder's owner", uid, folder)
		}
		if folder == filepath.Dir(folder) {
			return nil
		}
	}
}

// passable reports whether a user without root's rights may enter the folder.
func passable(folder fs.FileInfo, uid, gid int) bool {
	owner := folder.Sys().(*syscall.Stat_t)
	switch {
	case int(owner.Uid) == uid:
		return folder.Mode()&0o100 != 0
	case int(owner.Gid) == gid:
		return folder.Mode()&0o010 != 0
	}
	return folder.Mode()&0o001 != 0
}

// own gives dir and its content to the identity, unless it owns them already.
func (who identity) own(dir string) error {
	uid, gid := who.outside()
	info, err := os.Stat(dir)
	if err != nil || int(info.Sys().(*syscall.Stat_t).Uid) == uid {
		return err
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
}
