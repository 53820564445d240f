// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusModeling
import GradusNumerics
import Testing

/// The parser agrees with the C library to the last bit.
@Suite struct DecimalNumberTests {
  static func parse(_ text: String) -> Double {
    var copy = text
    return copy.withUTF8 { DecimalNumber.parse($0) }
  }

  static func random(_ stream: inout RandomStream) -> String {
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in "0123456789".randomElement(using: &stream) ?? "0" })
    }
    var text = ["", "-", "+"].randomElement(using: &stream) ?? ""
    text += digits(Int.random(in: 1...12, using: &stream))
    if Bool.random(using: &stream) { text += "." + digits(Int.random(in: 0...14, using: &stream)) }
    if Bool.random(using: &stream) {
      let range = Bool.random(using: &stream) ? 30 : 330
      text +=
        (["e", "E"].randomElement(using: &stream) ?? "e") + String(Int.random(in: -range...range, using: &stream))
    }
    return text
  }

  @Test func randomTexts() {
    var stream = RandomStream(seed: 1)
    for _ in 0..<100_000 {
      let text = Self.random(&stream)
      let ours = Self.parse(text)
      let theirs = strtod(text, nil)
      if ours.bitPattern != theirs.bitPattern { Issue.record("\(text): \(ours) instead of \(theirs)") }
    }
  }

  @Test func shortestTextsOfRandomNumbers() {
    var stream = RandomStream(seed: 2)
    for _ in 0..<100_000 {
      let x = Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &stream))
      if Self.parse("\(x)").bitPattern != x.bitPattern { Issue.record("\(x)") }
      let y = Double.random(in: -1000...1000, using: &stream)
      if Self.parse("\(y)").bitPattern != y.bitPattern { Issue.record("\(y)") }
    }
  }

  /// Numbers half-way between two doubles, and next to them.
  @Test(arguments: [
    "9007199254740993", "9007199254740992.9999999", "9007199254740993.0000001", "1e23", "8.5e22",
    "123456789012345678e1",
    "18446744073709551615", "18446744073709551616", "9999999999999999999e3", "0.3e-18", "5e-324", "2.4e-324",
    "1.7976931348623157e308", "1.7976931348623159e308", "2.2250738585072011e-308", "0.000000000000000000000001",
    "1234567890123456789e-19", "9223372036854775809e-1", "100000000000000000000000000000000000000000000000000e-50",
  ])
  func hardCases(_ text: String) {
    #expect(Self.parse(text).bitPattern == strtod(text, nil).bitPattern)
  }

  @Test(arguments: [
    "", "+", "-", ".", "e5", "1e", "1e+", "1x", "--1", "1.2.3", "nan", "NaN", "0x10", ".inf", "in", "1 2",
  ])
  func noNumbers(_ text: String) {
    #expect(Self.parse(text).isNaN)
  }

  @Test func words() {
    #expect(Self.parse("inf") == .infinity)
    #expect(Self.parse("-Infinity") == -.infinity)
    #expect(Self.parse("1e400") == .infinity)
    #expect(Self.parse("1.5D2") == 150)
    #expect(Self.parse("-.5") == -0.5)
    #expect(Self.parse("5.") == 5)
  }
}
