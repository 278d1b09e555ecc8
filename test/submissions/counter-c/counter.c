/*
 * A counter that every node increments on its own: each has a component, a value is the sum of all, and what two nodes
 * know is joined by the greater of each component, in any order, however often. An example of a submission in C.
 *
 * A component is on its file before anybody hears of it. A last argument of "forget" plants a mistake: there is no file.
 *
 *   counter <index> <nodes> <port> <folder> <peer ports, with commas> [forget]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { NODES_MAX = 25, REQUEST_MAX = 64 * 1024, TEXT_MAX = 2048, SYNC_MS = 250, PEER_SECONDS = 1 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long long components[NODES_MAX];
static int self, nodes, forgets;
static char file_name[4096], new_file_name[4104];

/* ---- state; whoever calls these holds the lock ---- */

static long long value(void)
{
    long long sum = 0;
    for (int i = 0; i < nodes; i++) sum += components[i];
    return sum;
}

/* "[1,2,3]" */
static void list_components(char *text)
{
    char *end = text + sprintf(text, "[");
    for (int i = 0; i < nodes; i++) end += sprintf(end, "%s%lld", i ? "," : "", components[i]);
    sprintf(end, "]");
}

/* A file is there as a whole or not at all: it is written beside the old one, and renamed. */
static void save(void)
{
    if (forgets) return;
    FILE *file = fopen(new_file_name, "w");
    if (!file) exit(1);
    for (int i = 0; i < nodes; i++) fprintf(file, "%lld\n", components[i]);
    if (fclose(file) != 0 || rename(new_file_name, file_name) != 0) exit(1);
}

static void load(void)
{
    FILE *file = fopen(file_name, "r");
    if (!file) return;
    for (int i = 0; i < nodes && fscanf(file, "%lld", &components[i]) == 1; i++) continue;
    fclose(file);
}

/* ---- what is asked ---- */

static int increment(const char *body, char *answer)
{
    const char *found = strstr(body, "\"amount\"");
    long long amount = 1;
    if (found) {
        char *end;
        found = strchr(found, ':');
        if (!found) return 400;
        amount = strtoll(found + 1, &end, 10);
        if (end == found + 1 || amount < 0 || amount > 1000000000) {
            sprintf(answer, "{\"error\":\"an amount is a whole number from 0 on\"}");
            return 400;
        }
    }
    pthread_mutex_lock(&lock);
    components[self] += amount;
    save();
    sprintf(answer, "{\"status\":\"success\",\"new_value\":%lld}", value());
    pthread_mutex_unlock(&lock);
    return 200;
}

static int join_with(const char *body, char *answer)
{
    const char *at = strstr(body, "\"values\"");
    at = at ? strchr(at, '[') : NULL;
    if (!at) return 400;
    at++;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < nodes; i++) {
        char *end;
        long long theirs = strtoll(at, &end, 10);
        if (end == at) break;
        /* Nobody knows more of this node's own component than the node itself. */
        if (i != self && theirs > components[i]) components[i] = theirs;
        at = *end == ',' ? end + 1 : end;
    }
    save();
    pthread_mutex_unlock(&lock);
    sprintf(answer, "{\"status\":\"sync_received\"}");
    return 200;
}

static int tell(char *answer)
{
    char list[TEXT_MAX];
    pthread_mutex_lock(&lock);
    list_components(list);
    sprintf(answer, "{\"value\":%lld,\"components\":%s}", value(), list);
    pthread_mutex_unlock(&lock);
    return 200;
}

static int answer_to(const char *request, const char *body, char *answer)
{
    sprintf(answer, "{\"error\":\"malformed, or nothing here\"}");
    if (strncmp(request, "POST /increment ", 16) == 0) return increment(body, answer);
    if (strncmp(request, "POST /sync ", 11) == 0) return join_with(body, answer);
    if (strncmp(request, "GET /value ", 11) == 0) return tell(answer);
    return 404;
}

/* ---- HTTP ---- */

static int send_all(int connection, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, text, length, MSG_NOSIGNAL);
        if (sent <= 0) return 0;
        text += sent;
        length -= (size_t)sent;
    }
    return 1;
}

static size_t length_of_body(const char *head)
{
    const char *found = strcasestr(head, "\r\ncontent-length:");
    return found ? strtoul(found + 17, NULL, 10) : 0;
}

/* Requests of one connection, one after the other. */
static void *serve(void *argument)
{
    int connection = (int)(long)argument;
    static const char end_of_head[] = "\r\n\r\n";
    char *bytes = malloc(REQUEST_MAX + 1);
    size_t have = 0;
    while (bytes) {
        bytes[have] = 0;
        char *body = strstr(bytes, end_of_head);
        size_t needed = 0;
        if (body) {
            body += 4;
            needed = (size_t)(body - bytes) + length_of_body(bytes);
            if (needed > REQUEST_MAX) break;
        }
        if (!body || have < needed) {
            ssize_t got = have < REQUEST_MAX ? recv(connection, bytes + have, REQUEST_MAX - have, 0) : 0;
            if (got <= 0) break;
            have += (size_t)got;
            continue;
        }
        char answer[TEXT_MAX * 2], all[TEXT_MAX * 3];
        char next = bytes[needed];
        bytes[needed] = 0;
        int status = answer_to(bytes, body, answer);
        bytes[needed] = next;
        int length = sprintf(all, "HTTP/1.1 %d -\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
                             strlen(answer), answer);
        if (!send_all(connection, all, (size_t)length)) break;
        have -= needed;
        memmove(bytes, bytes + needed, have);
    }
    free(bytes);
    close(connection);
    return NULL;
}

static int connect_to(int port)
{
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval limit = {PEER_SECONDS, 0};
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(connection, (struct sockaddr *)&there, sizeof there) == 0) return connection;
    close(connection);
    return -1;
}

/* Sends one peer all that this node knows, again and again; a peer that does not answer is tried again later. */
static void *sync_with(void *argument)
{
    int port = (int)(long)argument;
    for (;;) {
        char list[TEXT_MAX], request[TEXT_MAX * 2], answer[TEXT_MAX];
        usleep(SYNC_MS * 1000);
        pthread_mutex_lock(&lock);
        list_components(list);
        pthread_mutex_unlock(&lock);
        int length = sprintf(request,
                             "POST /sync HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n"
                             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n{\"values\":%s}",
                             port, strlen(list) + 11, list);
        int connection = connect_to(port);
        if (connection < 0) continue;
        if (send_all(connection, request, (size_t)length)) (void)!recv(connection, answer, sizeof answer, 0);
        close(connection);
    }
    return NULL;
}

static void start(void *(*body)(void *), long argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, (void *)argument) != 0) exit(1);
    pthread_detach(thread);
}

int main(int count, char **arguments)
{
    if (count < 6) return 2;
    self = atoi(arguments[1]);
    nodes = atoi(arguments[2]);
    int port = atoi(arguments[3]);
    snprintf(file_name, sizeof file_name, "%s/components", arguments[4]);
    snprintf(new_file_name, sizeof new_file_name, "%s.new", file_name);
    forgets = count > 6 && strcmp(arguments[6], "forget") == 0;
    if (nodes < 1 || nodes > NODES_MAX || self < 0 || self >= nodes) return 2;
    load();

    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) != 0 || listen(listener, 128) != 0) {
        perror("listen");
        return 1;
    }
    for (char *peer = strtok(arguments[5], ","); peer; peer = strtok(NULL, ",")) start(sync_with, atol(peer));
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) continue;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        start(serve, connection);
    }
}
