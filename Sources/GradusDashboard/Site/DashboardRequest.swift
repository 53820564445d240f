// SPDX-License-Identifier: Apache-2.0

/// A request of a browser or a program, as far as the dashboard looks at it.
public struct DashboardRequest: Sendable {
  /// `GET`, `POST` or another word.
  public var method: String
  /// Path and query as they stand in the request.
  public var target: String
  /// The header `Authorization`.
  public var authorization: String?
  /// The header `Cookie`.
  public var cookie: String?
  public var body: [UInt8]

  /// A request; the body may be put in later.
  public init(
    method: String, target: String, authorization: String? = nil, cookie: String? = nil, body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.authorization = authorization
    self.cookie = cookie
    self.body = body
  }

  /// The parts of the path without their percent encoding; nil where it is malformed. Encoded slashes and points are parts of names
  /// here, and no names are ever parts of a file's path.
  var path: [String]? {
    let path = target.prefix { $0 != "?" }
    guard path.hasPrefix("/") else { return nil }
    let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    let names = parts.compactMap { PercentText.decoded($0) }
    guard names.count == parts.count else { return nil }
    return names == [""] ? [] : names
  }

  /// The members of the query; of several with one name the last.
  var query: [String: String] {
    guard let start = target.firstIndex(of: "?") else { return [:] }
    return Self.form(target[target.index(after: start)...])
  }

  /// `a=1&b=2` with percent encoding; what is malformed is left out.
  static func form(_ text: some StringProtocol) -> [String: String] {
    var members: [String: String] = [:]
    for part in text.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let words = pair.map { $0.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%20") }
      guard let first = words.first, let name = PercentText.decoded(first),
        let value = PercentText.decoded(words.dropFirst().first ?? "")
      else { continue }
      members[name] = value
    }
    return members
  }
}

/// The percent encoding of URLs (RFC 3986, 2.1).
package enum PercentText {
  /// nil where a percent sign has no two digits after it, or the bytes are not UTF-8.
  package static func decoded(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
      bytes.append(16 * high + low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Everything but letters, digits and `-._~` as percent signs and digits.
  package static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      // Browsers take away parts that are one or two points.
      case UInt8(ascii: ".") where text != "." && text != "..": result += "."
      default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
