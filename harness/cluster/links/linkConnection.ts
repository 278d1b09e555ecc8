/**
 * One connection through a link proxy: the socket that a node opened to its link of a peer, and the socket to the peer
 * itself, with a stream of messages each way.
 *
 *   node i ──requests──▶ [stream under link i→j] ──▶ node j
 *   node i ◀────────── [stream under link j→i] ◀──answers── node j
 */
import { connect, type Socket } from 'node:net';
import { answerParser, requestParser, type Frame, type FrameParser } from './frameParser.ts';
import type { DirectedLink } from './link.ts';
import { MessageStream, type Item } from './messageStream.ts';

export interface ConnectionContext {
  /** Carries the requests. */
  readonly there: DirectedLink;
  /** Carries the answers. */
  readonly back: DirectedLink;
  /** Where the peer listens now. */
  readonly targetPort: () => number;
  /** Delivers a request on a connection of its own, whose answer nobody reads. */
  readonly sendApart: (request: Buffer) => void;
  readonly onClosed: (connection: LinkConnection) => void;
}

export class LinkConnection {
  private readonly context: ConnectionContext;
  private readonly client: Socket;
  /** Opened by the first message that is delivered: a cut link must not tell whether the peer is alive. */
  private upstream: Socket | undefined;
  private readonly requests: MessageStream;
  private readonly answers: MessageStream;
  private readonly requestFrames = requestParser();
  private readonly answerFrames: FrameParser;
  /** Methods of the requests that were delivered and have no final answer yet. */
  private readonly methods: string[] = [];
  private isClosed = false;

  constructor(client: Socket, context: ConnectionContext) {
    this.client = client;
    this.context = context;
    this.answerFrames = answerParser(() => this.methods.shift());
    this.requests = new MessageStream(context.there, 'requests', {
      deliver: (item) => this.deliverRequest(item),
      reset: () => this.close(true),
      backPressure: (on) => throttle(client, on),
    });
    this.answers = new MessageStream(context.back, 'answers', {
      deliver: (item) => this.deliverAnswer(item),
      reset: () => this.close(true),
      backPressure: (on) => this.upstream && throttle(this.upstream, on),
    });
    this.attach(client, this.requestFrames, this.requests, this.answers);
  }

  /** Ends both sides; `byReset`: the node sees a reset rather than an orderly end. */
  close(byReset: boolean): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.requests.close();
    this.answers.close();
    if (byReset) this.client.resetAndDestroy();
    else this.client.destroy();
    // What was delivered before the break still arrives.
    this.upstream?.destroySoon();
    this.context.onClosed(this);
  }

  /** Feeds what `socket` says into `incoming`; `outgoing` is the stream that ends at this socket. */
  private attach(
    socket: Socket,
    frames: FrameParser,
    incoming: MessageStream,
    outgoing: MessageStream,
  ): void {
    let hasEnded = false;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      const complete = frames.push(chunk);
      if (frames.opaque) this.becomeOpaque();
      for (const frame of complete) incoming.push({ kind: 'frame', frame });
    });
    socket.on('end', () => {
      hasEnded = true;
      for (const frame of frames.becomeOpaque()) incoming.push({ kind: 'frame', frame });
      incoming.push({ kind: 'end' });
    });
    socket.on('drain', () => outgoing.resume());
    // A break is news like any other: it travels behind what was said before, at the pace of the link.
    socket.on('error', () => incoming.push({ kind: 'break' }));
    socket.on('close', () => {
      if (!hasEnded) incoming.push({ kind: 'break' });
      if (this.client.closed && this.upstream?.closed !== false) this.close(false);
    });
  }

  /** Framing is lost for both directions together: which answer belongs to which request can no longer be told. */
  private becomeOpaque(): void {
    for (const frame of this.requestFrames.opaque ? [] : this.requestFrames.becomeOpaque())
      this.requests.push({ kind: 'frame', frame });
    for (const frame of this.answerFrames.opaque ? [] : this.answerFrames.becomeOpaque())
      this.answers.push({ kind: 'frame', frame });
  }

  private deliverRequest(item: Item): boolean {
    switch (item.kind) {
      case 'frame':
        return this.forward(item.frame);
      case 'end':
        if (this.upstream === undefined) this.close(false);
        else this.upstream.end();
        return true;
      case 'break':
        this.close(false);
        return true;
    }
  }

  private forward(frame: Frame): boolean {
    const { rule, prng, traffic } = this.context.there;
    if (!frame.opaque && rule.duplicateRatio > 0 && prng.chance(rule.duplicateRatio)) {
      traffic.duplicated += 1;
      this.context.sendApart(frame.bytes);
    }
    const upstream = (this.upstream ??= this.openUpstream());
    if (upstream.readableEnded || upstream.destroyed) {
      // The peer has closed the connection while the message was held. It arrives all the same, as promised.
      if (!frame.opaque) this.context.sendApart(frame.bytes);
      return true;
    }
    if (!frame.opaque) this.methods.push(frame.method);
    return upstream.write(frame.bytes);
  }

  private deliverAnswer(item: Item): boolean {
    switch (item.kind) {
      case 'frame':
        return this.client.write(item.frame.bytes);
      case 'end':
        this.client.end();
        return true;
      case 'break':
        this.close(true);
        return true;
    }
  }

  private openUpstream(): Socket {
    const upstream = connect({ port: this.context.targetPort(), host: '127.0.0.1', allowHalfOpen: true });
    this.attach(upstream, this.answerFrames, this.answers, this.requests);
    return upstream;
  }
}

function throttle(socket: Socket, on: boolean): void {
  if (on) socket.pause();
  else if (socket.isPaused()) socket.resume();
}
