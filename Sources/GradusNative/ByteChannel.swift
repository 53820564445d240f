// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The other end of a channel is gone, or the system refused.
public enum ChannelError: Error, Sendable, Hashable {
  /// The other side has closed its end.
  case closed
  /// The system's error number.
  case system(Int32)
}

/// Whole blocks of bytes over a socket or a pipe, with a chance to look around while waiting.
///
/// The descriptor stays the caller's. Works on blocking and non-blocking descriptors; a closed peer is an error, never a
/// signal on a socket.
public struct ByteChannel: Sendable {
  public let descriptor: Int32

  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// Writes everything. `idle` is called about twenty times a second while the other side is slow; what it throws ends
  /// the call.
  public func send<E: Error>(
    _ bytes: UnsafeRawBufferPointer, idle: () throws(E) -> Void
  ) throws(E) -> Result<Void, ChannelError> {
    var rest = bytes[...]
    var watch = Watch()
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      // One call never blocks for more than a moment: what does not fit waits in the poll below.
      let size = min(rest.count, 1 << 20)
      #if canImport(Darwin)
        var count = Darwin.send(descriptor, start, size, MSG_DONTWAIT)
      #else
        var count = Self.platformSend(descriptor, start, size, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      #endif
      if count < 0, errno == ENOTSOCK { count = write(descriptor, start, size) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else {
        switch errno {
        case EINTR: continue
        case EAGAIN, EWOULDBLOCK:
          if try !watch.ready(descriptor, Int16(POLLOUT), idle) { return .failure(.closed) }
        case EPIPE, ECONNRESET: return .failure(.closed)
        case let code: return .failure(.system(code))
        }
      }
    }
    return .success(())
  }

  /// Fills `bytes` completely, or says that the other side closed before.
  public func receive<E: Error>(
    _ bytes: UnsafeMutableRawBufferPointer, idle: () throws(E) -> Void
  ) throws(E) -> Result<Void, ChannelError> {
    var filled = 0
    var watch = Watch()
    while filled < bytes.count {
      if try !watch.ready(descriptor, Int16(POLLIN), idle) { return .failure(.closed) }
      let count = read(descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
      if count > 0 {
        filled += count
      } else if count == 0 {
        return .failure(.closed)
      } else if errno != EINTR, errno != EAGAIN, errno != EWOULDBLOCK {
        return .failure(errno == ECONNRESET ? .closed : .system(errno))
      }
    }
    return .success(())
  }

  /// Waits for a descriptor, and looks around on time even when there is always something to do.
  private struct Watch {
    private static let interval = 0.05
    private var last = MonotonicTime.now

    /// Waits until the descriptor can be used; false when it never will.
    mutating func ready<E: Error>(
      _ descriptor: Int32, _ events: Int16, _ idle: () throws(E) -> Void
    ) throws(E) -> Bool {
      while true {
        var state = pollfd(fd: descriptor, events: events, revents: 0)
        let count = poll(&state, 1, Int32(1000 * Self.interval))
        let now = MonotonicTime.now
        if now - last >= Self.interval {
          last = now
          try idle()
        }
        // A hang-up with bytes still to read is not the end.
        if count > 0 {
          return state.revents & events != 0 || state.revents & Int16(POLLHUP) != 0 && events == Int16(POLLIN)
        }
      }
    }
  }

  #if !canImport(Darwin)
    private static func platformSend(
      _ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int, _ flags: Int32
    ) -> Int {
      #if canImport(Glibc)
        Glibc.send(descriptor, bytes, count, flags)
      #else
        Musl.send(descriptor, bytes, count, flags)
      #endif
    }
  #endif
}
