// SPDX-License-Identifier: Apache-2.0

/// A request over HTTP or HTTPS.
public struct HTTPRequest: Sendable {
  public var url: String
  /// Sent before others; names and values without line breaks.
  public var headers: [(name: String, value: String)]
  /// nil: GET, otherwise POST.
  public var body: [UInt8]?
  /// Seconds until the whole response must be there.
  public var timeout: Double
  /// Seconds in which a connection must be made.
  public var connectTimeout: Double
  /// Seconds that a response may stand still.
  public var patience: Double
  /// Longer responses are broken off.
  public var limit: Int

  public init(
    _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, timeout: Double = 600,
    connectTimeout: Double = 10, patience: Double = 120, limit: Int = 64 << 20
  ) {
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.connectTimeout = connectTimeout
    self.patience = patience
    self.limit = limit
  }
}

/// Hears, on the client's thread, of the pieces of a body with status 200 as they arrive; returns false to have the rest broken off.
public typealias HTTPReader = @Sendable (_ bytes: UnsafeRawBufferPointer) -> Bool

/// What came back.
public struct HTTPResponse: Sendable {
  /// For instance 200.
  public var status: Int
  /// Names in lower case, in the order in which they came.
  public var headers: [(name: String, value: String)]
  /// Without what a reader of the stream has taken.
  public var body: [UInt8]

  public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The value of a header by its name in lower case; nil when there is none.
  public func header(_ name: String) -> String? { headers.last { $0.name == name }?.value }
}

/// Why there is no whole response.
public enum HTTPFailure: Error, Sendable, Hashable {
  /// Nobody listens there, the name is unknown, or the address is malformed.
  case unreachable(String)
  /// No whole response within the time that was given, or nothing new for too long.
  case tooSlow(String)
  /// The connection ended before the response did.
  case cut(String)
  /// The response is longer than allowed, or its reader wanted no more.
  case tooLong(limit: Int)
  /// The certificate of the other side is not valid.
  case untrusted(String)
  case cancelled
}
