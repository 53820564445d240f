// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Makes random values by type: small ones, among which the ends of their ranges are as likely as anything between.
public struct MiniInputs: Sendable, Hashable, Codable {
  /// The most elements of a list or characters of a text.
  public var length: Int
  public var range: ClosedRange<Int>
  public var alphabet: String

  public init(length: Int = 6, range: ClosedRange<Int> = -9...9, alphabet: String = "abc") {
    precondition(length >= 0 && !alphabet.isEmpty, "a length is not negative, and an alphabet not empty")
    self.length = length
    self.range = range
    self.alphabet = alphabet
  }

  /// A random value of a type.
  public func value(_ type: MiniType, _ stream: inout RandomStream) -> MiniValue {
    switch type {
    case .int: return .int(number(&stream))
    // Quarters, so that sums are exact.
    case .float: return .float(Double(number(&stream)) + 0.25 * Double(stream.integer(below: 4)))
    case .bool: return .bool(stream.integer(below: 2) == 1)
    case .string:
      let letters = Array(alphabet.unicodeScalars)
      var text = ""
      for _ in 0..<count(&stream) { text.unicodeScalars.append(letters[stream.integer(below: letters.count)]) }
      return .string(text)
    case .list(let element): return .list((0..<count(&stream)).map { _ in value(element, &stream) })
    }
  }

  /// Random arguments for types.
  public func values(_ types: [MiniType], _ stream: inout RandomStream) -> [MiniValue] {
    types.map { value($0, &stream) }
  }

  private func number(_ stream: inout RandomStream) -> Int {
    switch stream.integer(below: 8) {
    case 0: range.lowerBound
    case 1: range.upperBound
    case 2: Swift.min(Swift.max(0, range.lowerBound), range.upperBound)
    default: range.lowerBound + stream.integer(below: range.upperBound - range.lowerBound + 1)
    }
  }

  private func count(_ stream: inout RandomStream) -> Int {
    stream.integer(below: 8) == 0 ? 0 : stream.integer(below: length + 1)
  }
}
