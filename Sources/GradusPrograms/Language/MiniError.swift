// SPDX-License-Identifier: Apache-2.0

/// A text that is no program: where, why, and what would be one. One line.
public struct MiniError: Error, Sendable, Hashable, CustomStringConvertible {
  public var place: MiniPlace
  public var cause: String
  public var remedy: String

  public init(_ place: MiniPlace, _ cause: String, remedy: String) {
    self.place = place
    self.cause = cause
    self.remedy = remedy
  }

  public var description: String {
    let at = place.line > 0 ? "line \(place.line), column \(place.column): " : ""
    return "\(at)\(cause); \(remedy)"
  }
}
