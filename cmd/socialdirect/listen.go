package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// listen opens the listener, with an error that names the address.
func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, cannotListen(address, err)
	}
	return listener, nil
}

func cannotListen(address string, err error) error {
	return fmt.Errorf("cannot listen on %s: %w", address, cause(err))
}

// cause returns the system's text of a network error.
func cause(err error) error {
	var system *os.SyscallError
	if errors.As(err, &system) {
		return system.Err
	}
	return err
}

const (
	reusePort = 0xf // SO_REUSEPORT (socket(7)), which package syscall lacks on some machines
	backlog   = 4096
)

// bind binds an address without listening, so that nobody connects to a server that cannot
// answer yet. The previous server, of the same user, may still serve the same address
// (SO_REUSEPORT, socket(7)).
func bind(address string) (*os.File, error) {
	wanted, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, cannotListen(address, err)
	}
	family, at := socketAddress(wanted)
	file, err := boundTo(address, family, at)
	if err != nil && wanted.IP == nil { // a machine without IPv6
		file, err = boundTo(address, syscall.AF_INET, &syscall.SockaddrInet4{Port: wanted.Port})
	}
	if err != nil {
		return nil, cannotListen(address, err)
	}
	return file, nil
}

// boundTo returns a socket that is bound to an address; the file has its name.
func boundTo(name string, family int, at syscall.Sockaddr) (*os.File, error) {
	socket, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(socket), name)
	err = errors.Join(
		syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1),
		syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, reusePort, 1),
	)
	if family == syscall.AF_INET6 { // also IPv4, whatever net.ipv6.bindv6only is
		err = errors.Join(err, syscall.SetsockoptInt(socket, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, 0))
	}
	if err == nil {
		err = syscall.Bind(socket, at)
	}
	if err != nil {
		_ = file.Close() // the first error counts
		return nil, err
	}
	return file, nil
}

// socketAddress converts an address for the system; without a host it is every address of the
// machine, including IPv4 (ipv6(7)).
func socketAddress(a *net.TCPAddr) (family int, at syscall.Sockaddr) {
	if v4 := a.IP.To4(); v4 != nil {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: a.Port, Addr: [4]byte(v4)}
	}
	v6 := &syscall.SockaddrInet6{Port: a.Port}
	copy(v6.Addr[:], a.IP)
	return syscall.AF_INET6, v6
}

// listenOn listens on the socket of bind, and closes the file.
func listenOn(bound *os.File) (net.Listener, error) {
	defer bound.Close() // the listener has a copy
	if err := syscall.Listen(int(bound.Fd()), backlog); err != nil {
		return nil, cannotListen(bound.Name(), err)
	}
	return net.FileListener(bound)
}
