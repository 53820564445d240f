// SPDX-License-Identifier: Apache-2.0

/// Sends requests over HTTP and HTTPS, any number at a time, from one thread that waits for all of them.
///
/// Connections are kept and used again. Redirections are not followed: what a request carries goes to the address it names.
/// Proxies are those of the environment (`https_proxy`, `no_proxy`).
public final class HTTPClient: Sendable {
  private let loop: Loop

  /// The library's version, for instance `7.88.1`.
  public var version: String { loop.curl.version }
  /// Where the library was found.
  public var path: String { loop.curl.path }

  /// Opens libcurl; starts no thread before the first request.
  public init(_ search: LibrarySearch = .standard) throws(MissingComponent) { loop = Loop(try Curl(search)) }

  deinit { loop.stop() }

  /// The response to a request. Cancelling the task breaks it off.
  ///
  /// Without a reader the body is in the response.
  public func send(
    _ request: HTTPRequest, reader: HTTPReader? = nil
  ) async throws(HTTPFailure) -> HTTPResponse {
    let ticket = Ticket()
    let result: Result<HTTPResponse, HTTPFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let exchange = HTTPExchange(request, reader: reader) { continuation.resume(returning: $0) }
        loop.hand(exchange, ticket)
      }
    } onCancel: {
      loop.cancel(ticket)
    }
    return try result.get()
  }

  /// Names an exchange that may not be there yet.
  final class Ticket: @unchecked Sendable {
    // Guarded by the loop's monitor.
    var exchange: HTTPExchange?
    var isCancelled = false
  }

  /// The thread and what it works on.
  final class Loop: @unchecked Sendable {
    // `waiting`, `isStopped` and `multi` are guarded by the monitor; the thread alone uses `running`.
    let curl: Curl
    private let monitor = Monitor()
    private var waiting: [HTTPExchange] = []
    private var isStopped = false
    private var multi: UnsafeMutableRawPointer?
    private var running: [UnsafeMutableRawPointer: HTTPExchange] = [:]

    init(_ curl: Curl) { self.curl = curl }

    func hand(_ exchange: HTTPExchange, _ ticket: Ticket) {
      monitor.lock()
      if ticket.isCancelled {
        monitor.unlock()
        exchange.finish(.failure(.cancelled))
        return
      }
      ticket.exchange = exchange
      waiting.append(exchange)
      if multi == nil { begin() }
      // With the monitor locked: the handle may be gone as soon as the exchange is.
      let isWorking = multi.map { curl.wakeUp($0) == 0 } ?? false
      monitor.unlock()
      if !isWorking { fail() }
    }

    func cancel(_ ticket: Ticket) {
      monitor.lock()
      ticket.isCancelled = true
      ticket.exchange?.isCancelled = true
      if let multi, ticket.exchange != nil { _ = curl.wakeUp(multi) }
      monitor.unlock()
    }

    func stop() {
      monitor.lock()
      isStopped = true
      if let multi { _ = curl.wakeUp(multi) }
      monitor.unlock()
    }

    /// With the monitor locked.
    private func begin() {
      guard let made = curl.makeMulti() else { return }
      curl.keep(made, connections: 128)
      multi = made
      let address = Int(bitPattern: made)
      let isStarted = NativeThread.start { [self] in
        if let made = UnsafeMutableRawPointer(bitPattern: address) { turn(made) }
      }
      if !isStarted {
        _ = curl.endMulti(made)
        multi = nil
      }
    }

    /// Nobody can work on what is waiting.
    private func fail() {
      monitor.lock()
      let left = waiting
      waiting = []
      monitor.unlock()
      for exchange in left { exchange.finish(.failure(.unreachable("the system grants no thread or memory"))) }
    }

    private func turn(_ multi: UnsafeMutableRawPointer) {
      while true {
        monitor.lock()
        let fresh = waiting
        waiting = []
        let isOver = isStopped && fresh.isEmpty && running.isEmpty
        let cancelled = running.filter(\.value.isCancelled)
        // Nobody may wake a handle that is gone.
        if isOver { self.multi = nil }
        monitor.unlock()
        if isOver { break }
        for exchange in fresh { take(exchange, multi) }
        for (handle, exchange) in cancelled { drop(handle, exchange, multi) }
        var count: Int32 = 0
        _ = curl.perform(multi, &count)
        finish(multi)
        _ = curl.poll(multi, nil, 0, 60_000, nil)
      }
      _ = curl.endMulti(multi)
    }

    private func take(_ exchange: HTTPExchange, _ multi: UnsafeMutableRawPointer) {
      guard let handle = exchange.prepare(curl), curl.add(multi, handle) == 0 else {
        exchange.finish(.failure(.unreachable("no memory for another request")))
        return
      }
      running[handle] = exchange
    }

    private func drop(_ handle: UnsafeMutableRawPointer, _ exchange: HTTPExchange, _ multi: UnsafeMutableRawPointer) {
      _ = curl.remove(multi, handle)
      running[handle] = nil
      exchange.cancel(curl)
    }

    private func finish(_ multi: UnsafeMutableRawPointer) {
      var left: Int32 = 0
      while let message = curl.read(multi, &left) {
        // int msg; CURL *easy_handle; union { void *whatever; CURLcode result; } data;
        guard message.load(as: Int32.self) == 1,
          let handle = message.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
        else { continue }
        let code = message.load(fromByteOffset: 16, as: Int32.self)
        _ = curl.remove(multi, handle)
        running.removeValue(forKey: handle)?.end(curl, code: code)
      }
    }
  }
}
