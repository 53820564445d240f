// SPDX-License-Identifier: Apache-2.0
import GradusDashboard
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Requests of HTTP as the dashboard sees them, and its answers in HTTP.
enum HTTPAdapter {
  /// Bytes of the largest body.
  static let largestBody = 4 << 20
  /// Seconds for a whole body, however slowly it comes.
  static let bodySeconds = 30
  static let mostConnections = 256

  /// A connection on which nothing happens for a quarter of a minute is closed, as is one whose head is not complete by then.
  static var channel: HTTP1Channel.Configuration {
    .init(
      idleTimeout: .seconds(15),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
  }

  static func respond(to request: Request, _ dashboard: Dashboard) async -> Response {
    var asked = DashboardRequest(
      method: request.method.rawValue, target: request.head.path ?? "/",
      authorization: request.headers[.authorization], cookie: request.headers[.cookie])
    // Nobody without the token makes us read a body.
    if let refusal = dashboard.refusal(of: asked) { return response(refusal, closes: request.method == .post) }
    if request.method == .post {
      switch await body(of: request) {
      case .whole(let bytes): asked.body = bytes
      case .tooLarge:
        return failure(413, "tooLarge", "the body is larger than \(largestBody) bytes")
      case .tooSlow:
        return failure(408, "tooSlow", "the body did not come within \(bodySeconds) s")
      }
    }
    let reply = await dashboard.reply(to: asked)
    guard let topic = reply.topic else {
      let response = response(reply, closes: false)
      return request.method == .head ? response.createHeadResponse() : response
    }
    var stream = response(reply, closes: false)
    stream.body = ResponseBody(asyncSequence: RevisionEvents(topic: topic, dashboard: dashboard))
    return stream
  }

  private enum Body: Sendable {
    case whole([UInt8])
    case tooLarge, tooSlow
  }

  private static func body(of request: Request) async -> Body {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > largestBody { return .tooLarge }
    return await withTaskGroup(of: Body.self) { group in
      group.addTask {
        do {
          return .whole(Array(buffer: try await request.body.collect(upTo: largestBody)))
        } catch is NIOTooManyBytesError {
          return .tooLarge
        } catch { return .tooSlow }
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(bodySeconds))
        return .tooSlow
      }
      let first = await group.next() ?? .tooSlow
      group.cancelAll()
      return first
    }
  }

  private static func response(_ reply: DashboardReply, closes: Bool) -> Response {
    var headers = HTTPFields()
    for header in reply.headers {
      if let name = HTTPField.Name(header.name) { headers[name] = header.value }
    }
    // What is left of a body that nobody reads is not the next request.
    if closes { headers[.connection] = "close" }
    return Response(
      status: .init(code: reply.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
  }

  private static func failure(_ status: Int, _ code: String, _ message: String) -> Response {
    Response(
      status: .init(code: status), headers: [.contentType: "application/json", .connection: "close"],
      body: .init(byteBuffer: ByteBuffer(string: "{\"error\":{\"code\":\"\(code)\",\"message\":\"\(message)\"}}\n")))
  }
}
