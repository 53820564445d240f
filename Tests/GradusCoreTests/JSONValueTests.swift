// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

@Suite struct JSONValueTests {
  static let valid: [(String, JSONValue)] = [
    ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-7", -7), ("1.5", 1.5), ("-0", .number(-0.0)),
    ("1e2", 100.0), ("1E-2", 0.01), ("123456789012345678", 123_456_789_012_345_678),
    ("9223372036854775807", .integer(.max)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("0.1", 0.1), ("1e-400", 0.0),
    ("2.2250738585072011e-308", .number(Double(bitPattern: 0x000F_FFFF_FFFF_FFFF))), ("\"\"", ""),
    ("\"a\\n\\u00e9\\ud83d\\ude00\\/\"", "a\né😀/"),
    ("[]", []), ("{}", .object([])), ("[1,[2,{}]]", [1, [2, .object([])]]), ("{\"b\":1,\"a\":[]}", ["b": 1, "a": []]),
    ("\"ünï\"", "ünï"),
  ]

  @Test(arguments: valid.indices)
  func validTextsAreRead(_ index: Int) throws {
    let (text, value) = Self.valid[index]
    #expect(try JSONValue(parsing: text) == value)
  }

  /// Text, line, column and a part of the message.
  static let invalid: [(String, Int, Int, String)] = [
    ("", 1, 1, "found the end"), ("nul", 1, 1, "expected null"), ("01", 1, 1, "zero"), ("1.", 1, 3, "digit"),
    (".5", 1, 1, "expected a value"), ("+1", 1, 1, "expected a value"), ("1e", 1, 3, "digit"), ("-", 1, 2, "digit"),
    ("1e999", 1, 1, "too large"), ("NaN", 1, 1, "expected a value"), ("[1,]", 1, 4, "expected a value"),
    ("[1 2]", 1, 4, "',' or ']'"), ("{\"a\" 1}", 1, 6, "':'"), ("{a: 1}", 1, 2, "name in quotes"),
    ("{\"a\": 1,\n  \"a\": 2}", 2, 3, "occurs twice"), ("\"a\nb\"", 1, 3, "control character"),
    ("\"ab", 1, 1, "no end"),
    ("\"\\x\"", 1, 3, "unknown escape"), ("\"\\u12\"", 1, 6, "four hexadecimal"), ("\"\\ud800\"", 1, 2, "surrogate"),
    ("\"\\ud800\\u0041\"", 1, 2, "surrogate"), ("1 1", 1, 3, "after the end"), ("{\"a\": 1}}", 1, 9, "after the end"),
    ("[[[[", 1, 4, "nesting is deeper than 3"),
  ]

  @Test(arguments: invalid.indices)
  func invalidTextsAreRefusedWithTheirPlace(_ index: Int) {
    let (text, line, column, cause) = Self.invalid[index]
    do {
      let value = try JSONValue(parsing: text, depth: 3)
      Issue.record("\(text) was read as \(value)")
    } catch {
      #expect(error.line == line && error.column == column, "\(text): \(error)")
      #expect(error.cause.contains(cause), "\(text): \(error)")
    }
  }

  @Test func invalidBytesAreRefused() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x5C, 0x6E, 0x22]) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x31]) }
  }

  @Test func doublesComeBackToTheBit() throws {
    var random = RandomStream(seed: 1)
    var numbers = [0.0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, 1e22, 1e23, 9_007_199_254_740_994]
    while numbers.count < 20_000 {
      let number = Double(bitPattern: random.next())
      if number.isFinite { numbers.append(number) }
    }
    let text = JSONValue(numbers: numbers).serialized()
    let read = try #require(try JSONValue(parsing: text).doubles)
    #expect(read.map(\.bitPattern) == numbers.map(\.bitPattern))
  }

  @Test func decimalsAreRoundedAsTheLibraryDoes() throws {
    var random = RandomStream(seed: 2)
    for _ in 0..<20_000 {
      let digits = 1 + Int(random.next() % 22)
      var text = String(1 + random.next() % 9)
      for _ in 1..<max(2, digits) { text += String(random.next() % 10) }
      text = "\(text).\(random.next() % 1000)e\(Int(random.next() % 60) - 30)"
      #expect(try JSONValue(parsing: text).double?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }

  /// Decimals in the middle of two doubles, and their neighbors: m·5ʲ·10⁻ʲ = m/2ʲ with m of 54 bits, odd.
  @Test func decimalsHalfwayBetweenDoublesAreRoundedToEven() throws {
    var random = RandomStream(seed: 5)
    for _ in 0..<5_000 {
      let middle = 1 << 53 | random.next() >> 11 | 1
      for (j, five) in [(1, 5), (2, 25), (3, 125)] as [(Int, UInt64)] {
        for digits in [middle * five - 1, middle * five, middle * five + 1] {
          let text = "\(digits)e-\(j)"
          #expect(try JSONValue(parsing: text).double?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
      }
    }
  }

  @Test func nonFiniteNumbersAreStrings() throws {
    let value: JSONValue = [.number(.infinity), .number(-.infinity), .number(.nan)]
    #expect(value.description == "[\"inf\",\"-inf\",\"nan\"]")
    let numbers = try #require(try JSONValue(parsing: value.description).doubles)
    #expect(numbers[0] == .infinity && numbers[1] == -.infinity && numbers[2].isNaN)
  }

  @Test func anyValueComesBack() throws {
    var random = RandomStream(seed: 3)
    for round in 0..<2_000 {
      let value = Self.value(&random, depth: 4)
      for indented in [false, true] {
        let text = value.serialized(indented: indented)
        #expect(try JSONValue(parsing: text) == value, "round \(round)")
      }
    }
  }

  /// Random values of every kind.
  private static func value(_ random: inout RandomStream, depth: Int) -> JSONValue {
    switch random.next() % (depth > 0 ? 7 : 5) {
    case 0: return .null
    case 1: return .bool(random.next() % 2 == 0)
    case 2: return .integer(Int(truncatingIfNeeded: random.next()))
    case 3: return .number(Double(Int32(truncatingIfNeeded: random.next())) / 256)
    case 4: return .string(text(&random))
    case 5: return .array((0..<random.next() % 5).map { _ in value(&random, depth: depth - 1) })
    default:
      return .object(
        (0..<random.next() % 20).map { .init("\($0)\(text(&random))", value(&random, depth: depth - 1)) })
    }
  }

  private static func text(_ random: inout RandomStream) -> String {
    let scalars = (0..<random.next() % 12).compactMap { _ in
      Unicode.Scalar(UInt32(random.next() % (random.next() % 3 == 0 ? 0x11_0000 : 128)))
    }
    return String(String.UnicodeScalarView(scalars))
  }

  @Test func mutatedTextsNeverCrash() {
    let seeds = [
      #"{"start": {"dim": 2, "lower": [-5, 1e-3], "x": "é\n😀", "t": true, "n": null}}"#,
      #"[[1.5e+10, -0.25, 12345678901234567890], {"a": {"b": [{}, []]}}]"#,
    ].map { Array($0.utf8) }
    var random = RandomStream(seed: 4)
    var accepted = 0
    for round in 0..<30_000 {
      var bytes = seeds[round % seeds.count]
      for _ in 0...random.next() % 3 {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[Int(random.next() % UInt64(bytes.count))], at: place)
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { bytes = [0x20] }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      accepted += 1
      #expect((try? JSONValue(parsing: value.serialized())) == value, "round \(round)")
    }
    #expect(accepted > 1_000)
  }

  @Test func manyMembersAreCheckedForRepetition() throws {
    let names = (0..<50_000).map { "\"v\($0)\":0" }
    let text = "{" + names.joined(separator: ",") + "}"
    #expect(try JSONValue(parsing: text).members?.count == 50_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: "{" + names.joined(separator: ",") + ",\"v7\":1}") }
  }
}
