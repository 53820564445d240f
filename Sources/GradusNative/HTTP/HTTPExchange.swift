// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// One request on its way, with what has arrived. Belongs to the client's thread once it was handed over.
final class HTTPExchange: @unchecked Sendable {
  // `isCancelled` is guarded by the client's monitor; everything else is touched by its thread alone.
  let request: HTTPRequest
  /// nil: the body is kept.
  let reader: HTTPReader?
  let finish: @Sendable (Result<HTTPResponse, HTTPFailure>) -> Void
  var isCancelled = false
  private var curl: Curl?
  private var handle: UnsafeMutableRawPointer?
  private var list: UnsafeMutableRawPointer?
  /// Where the library writes what went wrong; it keeps the address.
  private let message = UnsafeMutablePointer<CChar>.allocate(capacity: 256)
  private var headers: [(name: String, value: String)] = []
  private var body: [UInt8] = []
  private var received = 0
  private var isTooLong = false

  init(
    _ request: HTTPRequest, reader: HTTPReader?,
    finish: @escaping @Sendable (Result<HTTPResponse, HTTPFailure>) -> Void
  ) {
    self.request = request
    self.reader = reader
    self.finish = finish
    message.initialize(repeating: 0, count: 256)
  }

  deinit { message.deallocate() }

  /// Makes the library's handle; nil where it has no memory.
  func prepare(_ curl: Curl) -> UnsafeMutableRawPointer? {
    guard let handle = curl.make() else { return nil }
    self.handle = handle
    self.curl = curl
    curl.set(handle, .url, request.url)
    curl.set(handle, .protocols, 3)
    // A key is sent to the address that the user has named, and to no other.
    curl.set(handle, .followLocation, 0)
    curl.set(handle, .noSignal, 1)
    curl.set(handle, .keepAlive, 1)
    curl.set(handle, .timeoutMilliseconds, Self.milliseconds(request.timeout))
    curl.set(handle, .connectTimeoutMilliseconds, Self.milliseconds(request.connectTimeout))
    curl.set(handle, .lowSpeedLimit, 1)
    curl.set(handle, .lowSpeedTime, max(1, Int(min(request.patience, 1e6).rounded(.up))))
    curl.set(handle, .userAgent, "gradus")
    curl.set(handle, .encoding, "")
    for (name, value) in request.headers where !(name + value).utf8.contains(where: { $0 == 10 || $0 == 13 }) {
      list = curl.append(list, "\(name): \(value)")
    }
    // Without it the library asks for leave before it sends a longer body, and waits a second for an answer.
    list = curl.append(list, "Expect:")
    curl.set(handle, .headers, list)
    if let body = request.body {
      curl.set(handle, .post, 1)
      curl.setWide(handle, .fieldSize, body.count)
      body.withUnsafeBytes { curl.set(handle, .copiedFields, UnsafeMutableRawPointer(mutating: $0.baseAddress)) }
    }
    let own = Unmanaged.passUnretained(self).toOpaque()
    curl.set(handle, .writeData, own)
    curl.set(handle, .headerData, own)
    curl.set(handle, .writeFunction, unsafeBitCast(Self.write, to: UnsafeMutableRawPointer.self))
    curl.set(handle, .headerFunction, unsafeBitCast(Self.head, to: UnsafeMutableRawPointer.self))
    curl.set(handle, .errorBuffer, UnsafeMutableRawPointer(message))
    return handle
  }

  private static func milliseconds(_ seconds: Double) -> Int { max(1, Int(min(seconds, 1e6) * 1000)) }

  private typealias Callback =
    @convention(c) (UnsafeMutableRawPointer?, Int, Int, UnsafeMutableRawPointer?) -> Int

  private static let write: Callback = { bytes, size, count, own in
    guard let own else { return 0 }
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(own).takeUnretainedValue()
    return exchange.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
  }

  private static let head: Callback = { bytes, size, count, own in
    guard let own else { return 0 }
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(own).takeUnretainedValue()
    exchange.takeHeader(String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self))
    return size * count
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    received += bytes.count
    guard received <= request.limit else {
      isTooLong = true
      return false
    }
    // What is wrong is told as a whole.
    guard let reader, let curl, let handle, curl.status(of: handle) == 200 else {
      body.append(contentsOf: bytes)
      return true
    }
    if reader(bytes) { return true }
    isTooLong = true
    return false
  }

  private func takeHeader(_ line: String) {
    // Each response of a connection begins anew, the one that a proxy gives among them.
    if line.hasPrefix("HTTP/") { headers = [] }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].trimmed
    headers.append((line[..<colon].lowercased(), value))
  }

  /// Frees the library's handle and tells how it ended: `code` of the library.
  func end(_ curl: Curl, code: Int32) {
    let status = handle.map { curl.status(of: $0) } ?? 0
    release(curl)
    finish(result(curl, code, status))
  }

  func cancel(_ curl: Curl) {
    release(curl)
    finish(.failure(.cancelled))
  }

  private func release(_ curl: Curl) {
    if let handle { curl.end(handle) }
    if let list { curl.freeList(list) }
    (handle, list) = (nil, nil)
  }

  private func result(_ curl: Curl, _ code: Int32, _ status: Int) -> Result<HTTPResponse, HTTPFailure> {
    if code == 0 { return .success(HTTPResponse(status: status, headers: headers, body: body)) }
    let told = String(cString: message)
    let cause = told.isEmpty ? curl.text(code).map { String(cString: $0) } ?? "error \(code)" : told
    switch code {
    case 23 where isTooLong: return .failure(.tooLong(limit: request.limit))
    case 28: return .failure(.tooSlow(cause))
    case 18, 52, 55, 56, 92, 95, 16: return .failure(.cut(cause))
    case 35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91: return .failure(.untrusted(cause))
    default: return .failure(.unreachable(cause))
    }
  }
}
