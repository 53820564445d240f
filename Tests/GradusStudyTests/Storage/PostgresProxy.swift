// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A socket between a client and a PostgreSQL server that breaks the connection over a commit when it is told to.
final class PostgresProxy: Sendable {
  enum Fault {
    /// The commit does not reach the server.
    case loseRequest
    /// The server commits, and its answer does not reach the client.
    case loseAnswer
  }

  let port: Int
  private let listener: Int32
  private let server: String
  private let path: String
  private let plan = Mutex<(fault: Fault, between: @Sendable () -> Void)?>(nil)
  private let count = Atomic(0)

  /// How many connections were made.
  var connections: Int { count.load(ordering: .acquiring) }

  init(_ folder: String, port: Int) throws {
    self.port = port
    server = "\(folder)/.s.PGSQL.5432"
    path = "\(folder)/.s.PGSQL.\(port)"
    unlink(path)
    listener = try Self.open(path) { Foundation.bind($0, $1, $2) }
    guard listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
    Thread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { return }
        count.add(1, ordering: .acquiringAndReleasing)
        guard let upstream = try? Self.open(server, { Foundation.connect($0, $1, $2) }) else {
          close(client)
          continue
        }
        serve(client, upstream)
      }
    }.start()
  }

  func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    unlink(path)
  }

  /// Breaks the connection over the next commit; `between` runs before the client learns of it.
  func breakNext(_ fault: Fault, between: @escaping @Sendable () -> Void = {}) {
    plan.withLock { $0 = (fault, between) }
  }

  /// Requests, and answers in another thread.
  private func serve(_ client: Int32, _ upstream: Int32) {
    let state = Answers()
    Thread {
      Self.pump(upstream, client) { _ in
        guard state.isMute.load(ordering: .acquiring) else { return true }
        state.isAnswered.signal()
        return false
      }
      if !state.isBroken.load(ordering: .acquiring) { shutdown(client, Int32(SHUT_RDWR)) }
    }.start()
    Thread { [self] in
      Self.pump(client, upstream) { bytes in
        guard bytes.firstRange(of: Array("COMMIT\0".utf8)) != nil, let now = plan.withLock({ $0.take() }) else {
          return true
        }
        if now.fault == .loseAnswer {
          state.isMute.store(true, ordering: .releasing)
          _ = Self.send(bytes, upstream)
          state.isAnswered.wait()
        }
        // The server notices the end of the connection before the client does.
        state.isBroken.store(true, ordering: .releasing)
        shutdown(upstream, Int32(SHUT_RDWR))
        now.between()
        return false
      }
      shutdown(client, Int32(SHUT_RDWR))
      shutdown(upstream, Int32(SHUT_RDWR))
    }.start()
  }

  /// Whether answers are held back, that one was, and whether the end is told to the client when `between` is over.
  private final class Answers: Sendable {
    let isBroken = Atomic(false)
    let isMute = Atomic(false)
    let isAnswered = DispatchSemaphore(value: 0)
  }

  /// Copies until one side ends or `passes` says no.
  private static func pump(_ from: Int32, _ to: Int32, _ passes: ([UInt8]) -> Bool) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(from, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      let bytes = Array(buffer[..<count])
      guard passes(bytes), send(bytes, to) else { return }
    }
  }

  private static func send(_ bytes: [UInt8], _ to: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { write(to, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// A socket at a path, bound or connected.
  private static func open(
    _ path: String, _ attach: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws -> Int32 {
    #if canImport(Darwin)
      let found = socket(AF_UNIX, SOCK_STREAM, 0)
    #else
      let found = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1)) }
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        attach(found, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else { throw POSIXError(.ECONNREFUSED) }
    return found
  }
}
