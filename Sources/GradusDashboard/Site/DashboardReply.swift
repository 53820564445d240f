// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore

/// What the dashboard answers.
public struct DashboardReply: Sendable {
  /// A header of the answer.
  public struct Header: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  /// The number of HTTP.
  public var status: Int
  public var headers: [Header]
  public var body: [UInt8]
  /// Where the answer is a stream of events (`text/event-stream`): what they are about, for `Dashboard.revision(of:)`.
  public var topic: String?

  init(_ status: Int, type: String, _ body: [UInt8], headers: [Header] = []) {
    self.status = status
    self.body = body
    self.headers = [Header(name: "Content-Type", value: type)] + headers + Self.protection
  }

  static func html(_ text: String, status: Int = 200) -> Self {
    Self(status, type: "text/html; charset=utf-8", Array(text.utf8))
  }

  static func json(_ value: JSONValue, status: Int = 200) -> Self { json(value.serialized() + [0x0A], status: status) }

  static func json(_ bytes: [UInt8], status: Int = 200) -> Self { Self(status, type: "application/json", bytes) }

  /// Another address, to be asked with `GET`.
  static func elsewhere(_ address: String, _ headers: [Header] = []) -> Self {
    Self(303, type: "text/plain", [], headers: [Header(name: "Location", value: address)] + headers)
  }

  static func events(of topic: String) -> Self {
    var reply = Self(200, type: "text/event-stream", [])
    reply.topic = topic
    return reply
  }

  /// Nothing from outside, no scripts but our file, no frames, nothing kept.
  private static let protection = [
    Header(
      name: "Content-Security-Policy",
      value: "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    Header(name: "X-Content-Type-Options", value: "nosniff"), Header(name: "Referrer-Policy", value: "no-referrer"),
    Header(name: "Cache-Control", value: "no-store"),
  ]
}

/// A request that is not served: why, in one line.
struct DashboardError: Error {
  var status: Int
  var code: String
  var message: String

  init(_ status: Int, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  /// What an error of the library is in HTTP.
  init(_ error: any Error) {
    switch error {
    case let error as DashboardError: self = error
    case let error as NothingToDraw: self.init(409, "nothingToDraw", error.message)
    case let error as JSONError: self.init(400, "malformed", "the body is not JSON: \(error)")
    case let error as StorageError: self.init(503, "storage", error.description)
    case let error as FileFailure: self.init(503, "storage", error.description)
    case let error as MissingComponent: self.init(503, "missing", error.description)
    default: self.init(500, "failed", "\(error)")
    }
  }

  static func unknown(_ message: String) -> DashboardError { DashboardError(404, "unknown", message) }
  static func malformed(_ message: String) -> DashboardError { DashboardError(400, "badRequest", message) }

  var json: JSONValue { ["error": ["code": .string(code), "message": .string(StudyText.plain(message, limit: 1000))]] }
}
