/* SPDX-License-Identifier: Apache-2.0 */
/* udp-ports ADDRESS N: sends an empty UDP datagram to each of N ports of the address, from 1000 on.
 * Waits now and then, so that the receiver of their upcalls is not overrun. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (argc != 3 || fd < 0 || !inet_aton(argv[1], &to.sin_addr)) {
        return EXIT_FAILURE;
    }
    for (int i = 0; i < atoi(argv[2]); i++) {
        to.sin_port = htons((uint16_t) (1000 + i));
        if (sendto(fd, "", 0, 0, (struct sockaddr *) &to, sizeof to) < 0) {
            perror("sendto");
            return EXIT_FAILURE;
        }
        if (i % 32 == 31) {
            usleep(2000);
        }
    }
    return EXIT_SUCCESS;
}
