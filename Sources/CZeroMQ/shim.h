// libzmq's C interface, and eventfd, which Glibc's module map leaves out.
#include <zmq.h>
#include <sys/eventfd.h>
