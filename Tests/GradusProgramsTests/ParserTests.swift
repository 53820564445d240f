// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNumerics
import GradusPrograms
import Testing

@Suite struct ParserTests {
  /// Place and cause of what is wrong with a text.
  private static func error(_ text: String) -> MiniError? {
    do { _ = try MiniCode(parsing: text) } catch { return error }
    return nil
  }

  @Test(arguments: [
    ("", 1, 1, "found the end"), ("fn f( -> Int { return 1 }", 1, 7, "found '->'"),
    ("fn f() -> Int {\n  return 1 +\n}", 3, 1, "found '}'"), ("fn f() -> Int {\n  let x = 1\n", 3, 1, "found the end"),
    ("fn f() -> Int {\n  return 1 § 2\n}", 2, 12, "the character U+A7 begins no word"),
    ("fn f() -> Int {\n  return \"abc\n}", 2, 10, "the text does not end on its line"),
    ("fn f() -> String {\n  return \"a\\q\"\n}", 2, 12, "the escape \\'q' is unknown"),
    ("fn f() -> String {\n  return \"\\u{d800}\"\n}", 2, 11, "the escape \\u names no character"),
    ("fn f() -> Int { return 9223372036854775808 }", 1, 24, "the number 9223372036854775808 is too large"),
    ("fn f() -> Int { return 1x }", 1, 24, "a number runs into a word"),
    ("fn f() -> Float { return 1e999 }", 1, 26, "the number '1e999' is none"),
    ("fn f() -> Foo { return 1 }", 1, 11, "found 'Foo'"), ("fn if() -> Int { return 1 }", 1, 4, "found 'if'"),
    ("fn f() -> Int { return y }", 1, 24, "the variable 'y' is not declared"),
    ("fn f() -> Int { return 1.0 }", 1, 24, "found a Float, expected an Int"),
    ("fn f() -> Int { let x = 1\n x = \"a\" return x }", 2, 6, "found a String, expected an Int"),
    ("fn f() -> Int { let x = [] return 1 }", 1, 25, "nothing tells what [] is a list of"),
    ("fn f(x: Int) -> Int { let x = 1 return x }", 1, 23, "'x' is declared twice"),
    ("fn f() -> Int { for i in 0..<3 { i = 2 } return 1 }", 1, 34, "'i' is set by its loop"),
    ("fn f() -> Int { if true { return 1 } }", 1, 1, "not every way through 'f' returns a Int"),
    ("fn f() -> Int { return g(1) }", 1, 24, "the function 'g' is unknown"),
    ("fn f() -> Int { return f(1) }", 1, 24, "'f' is given 1 arguments"),
    ("fn f() -> Int { return len(1) }", 1, 24, "len(Int) is not there"),
    ("fn f() -> Int { return 1 }\nfn f() -> Int { return 1 }", 2, 1, "the function 'f' is there twice"),
    ("fn sort() -> Int { return 1 }", 1, 1, "the function 'sort' is there twice"),
    ("fn f() -> Bool { return true + false }", 1, 30, "'+' between two Bool"),
    ("fn f() -> Bool { return [1] < [2] }", 1, 29, "'<' between two [Int]"),
    ("fn f() -> Int { return -\"a\" }", 1, 24, "- before a String"),
    ("fn f() -> Int { let s = \"ab\"\n s[0] = \"c\" return 1 }", 2, 2, "an element of a String is set"),
    ("fn f() -> Int { let s = \"ab\"\n push(s, \"c\") return 1 }", 2, 2, "'s' is a String"),
    ("fn f() -> Int { for x in 5 { } return 1 }", 1, 26, "for runs through a Int"),
    ("fn f(x: [[[[[[[[[Int]]]]]]]]]) -> Int { return 1 }", 1, 9, "a type of more than 8 lists"),
  ]) func errorsNameTheirPlace(text: String, line: Int, column: Int, cause: String) throws {
    let found = try #require(Self.error(text))
    #expect(found.place.line == line && found.place.column == column && found.cause == cause)
    #expect(found.description == "line \(line), column \(column): \(cause); \(found.remedy)")
  }

  @Test func namesAreSuggested() throws {
    let found = try #require(Self.error("fn f(total: Int) -> Int { return totl }"))
    #expect(found.remedy == "did you mean 'total'?")
    #expect(Self.error("fn f() -> [Int] { return sortt([1]) }")?.remedy == "did you mean 'sort'?")
  }

  /// Whatever is nested, there is an error and no overflow of the stack.
  @Test func depthIsLimited() throws {
    let n = 20_000
    func times(_ text: String) -> String { String(repeating: text, count: n) }
    for text in [
      times("("), times("["), times("-"), times("!"), times("- "), times("f("), "x" + times("[0"), "1" + times(" + 1"),
      "1" + times(" - (1"), "xs" + times("[0]"), times("[") + times("]"),
    ] {
      let found = Self.error("fn f(x: [Int]) -> Int {\n  return \(text)\n}")
      #expect(found != nil && found?.description.contains { $0.isNewline } == false)
    }
    for text in [times("if true {"), times("while true {"), "if true { }" + times(" else if true { }"), times("{")] {
      #expect(Self.error("fn f() -> Int {\n\(text)\n}") != nil)
    }
    #expect(Self.error("fn f() -> " + times("[") + "Int") != nil)
    #expect(
      Self.error("fn f() -> Int { " + (0..<1100).map { "let x\($0) = 1 " }.joined() + "return 1 }")?.cause.contains(
        "1000 values") == true)
    #expect(Self.error(String(repeating: "/", count: (1 << 20) + 1))?.cause == "the text has 1048577 bytes")
    // As deep as may be is read, printed and read again.
    let deep =
      "fn f() -> Int {\n  return " + String(repeating: "1 - (", count: 60) + "1 - 1" + String(repeating: ")", count: 60)
      + "\n}\n"
    let program = try MiniProgram(parsing: deep)
    #expect(program.description == deep && program.functions[0].body[0].depth == 63)
  }

  static let samples = [
    MachineTests.collatz,
    """
    fn g(xs: [[Float]], s: String) -> [String] {
      let ys: [String] = []
      for i in 0..<len(xs) {
        for x in xs[i] {
          if x < -1.5e-7 && !(s == "q\\"\\\\\\n\\u{7}") {
            push(ys, text(-x * (2.0 - 1.0)) + s[0])
          } else if x > 3.0 || false {
            ys[0] = take(ys[0], -1)
          } else {
            g(xs, "")
          }
        }
      }
      return ys
    }

    fn f(a: Int) -> Int {
      let grid = [[1, -2], [a]]
      grid[0][1] = -(3) - -a * (1 - (2 - 3)) % -(-a)
      return (-5 + grid[0][1]) * 2
    }
    """,
  ]

  @Test(arguments: samples) func printingIsReadBack(text: String) throws {
    let program = try MiniProgram(parsing: text)
    let print = program.description
    #expect(try MiniProgram(parsing: print) == program)
    #expect(try MiniProgram(parsing: print).description == print)
    let saved = try JSONEncoder().encode([program])
    #expect(try JSONDecoder().decode([MiniProgram].self, from: saved) == [program])
  }

  /// Random bytes, random words and changed programs: a program that ends within its limits, or one line of error.
  @Test func anythingIsReadOrRefused() {
    var stream = RandomStream(seed: 9)
    let words = [
      "fn", "f", "(", ")", "->", "Int", "{", "}", "let", "x", "=", "1", "+", "return", "if", "else", "while", "for",
      "in",
      "..<", "[", "]", ",", ":", "\"a\"", "1.5", "push", "true", "!", "-", "&&", "==", "String", "len", "//", "\n",
    ]
    var read = 0
    for k in 0..<3000 {
      var text: [UInt8] = []
      switch k % 3 {
      case 0: text = (0..<stream.integer(below: 60)).map { _ in UInt8(stream.integer(below: 256)) }
      case 1:
        let body = (0..<stream.integer(below: 30)).map { _ in words[stream.integer(below: words.count)] }
        text = Array(body.joined(separator: " ").utf8)
      default:
        text = Array(Self.samples[stream.integer(below: Self.samples.count)].utf8)
        for _ in 0...stream.integer(below: 3) {
          let at = stream.integer(below: text.count)
          switch stream.integer(below: 4) {
          case 0: text.remove(at: at)
          case 1: text[at] = UInt8(stream.integer(below: 256))
          case 2: text.swapAt(at, stream.integer(below: text.count))
          default: text.insert(contentsOf: words[stream.integer(below: words.count)].utf8, at: at)
          }
        }
      }
      do throws(MiniError) {
        let program = try MiniProgram(parsing: String(decoding: text, as: UTF8.self))
        #expect((try? MiniProgram(parsing: program.description)) == program)
        let code = try MiniCode(program)
        let run = code.run(
          "f", [.int(stream.integer(below: 40))], limits: MiniLimits(steps: 2000, cells: 2000, depth: 40))
        #expect(run.steps <= 2000)
        read += 1
      } catch {
        #expect(!error.description.contains { $0.isNewline } && !error.cause.isEmpty && !error.remedy.isEmpty)
      }
    }
    #expect(read > 50)
  }
}
