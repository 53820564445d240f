// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusPrograms
import Testing

/// The value of `f` of a program text.
func value(_ text: String, _ arguments: MiniValue..., limits: MiniLimits = MiniLimits()) throws -> MiniValue? {
  try MiniCode(parsing: text).run("f", arguments, limits: limits).value
}

/// Why `f` ended without one.
func fault(_ text: String, _ arguments: MiniValue..., limits: MiniLimits = MiniLimits()) throws -> MiniFault? {
  try MiniCode(parsing: text).run("f", arguments, limits: limits).fault
}

/// The value of one term.
func value(of term: String, _ type: String) throws -> MiniValue? {
  try value("fn f() -> \(type) { return \(term) }")
}

@Suite struct MachineTests {
  static let collatz = """
    fn f(n: Int) -> Int {
      let steps = 0
      while n != 1 {
        if n % 2 == 0 {
          n = n / 2
        } else {
          n = 3 * n + 1
        }
        steps = steps + 1
      }
      return steps
    }
    """

  @Test func knownResults() throws {
    #expect(try value(Self.collatz, .int(27)) == .int(111))
    let fibonacci = "fn f(n: Int) -> Int { if n < 2 { return n } return f(n - 1) + f(n - 2) }"
    #expect(try value(fibonacci, .int(20)) == .int(6765))
    let primes = """
      fn f(n: Int) -> [Int] {
        let isPrime = fill(true, n)
        let found: [Int] = []
        for k in 2..<n {
          if isPrime[k] {
            push(found, k)
            let m = k * k
            while m < n { isPrime[m] = false m = m + k }
          }
        }
        return found
      }
      """
    #expect(try value(primes, .int(30)) == .ints([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]))
    let hanoi = """
      fn move(n: Int, from: Int, to: Int) -> [[Int]] {
        if n == 0 { return [] }
        let over = 3 - from - to
        return move(n - 1, from, over) + [[from, to]] + move(n - 1, over, to)
      }
      fn f(n: Int) -> Int { return len(move(n, 0, 2)) }
      """
    #expect(try value(hanoi, .int(10)) == .int(1023))
    let mutual = """
      fn even(n: Int) -> Bool { if n == 0 { return true } return odd(n - 1) }
      fn odd(n: Int) -> Bool { if n == 0 { return false } return even(n - 1) }
      fn f() -> Bool { return even(100) && !odd(100) }
      """
    #expect(try value(mutual) == .bool(true))
  }

  @Test(arguments: [
    ("1 + 2 * 3 - 4 / 3 % 2", "Int", MiniValue.int(6)), ("-7 / 2", "Int", .int(-3)), ("-7 % 2", "Int", .int(-1)),
    ("1.5 * 2.0 - 0.25 / -0.5", "Float", .float(3.5)), ("-(2 + 3)", "Int", .int(-5)),
    ("!(1 < 2) || 2.0 >= 2.0 && \"a\" < \"b\"", "Bool", .bool(true)), ("[[1], []] == [[1], []]", "Bool", .bool(true)),
    ("[] != [1]", "Bool", .bool(true)), ("\"ab\" <= \"aa\"", "Bool", .bool(false)),
    ("\"ab\" + \"c\\n\\u{e9}\"", "String", .string("abc\né")), ("[1, 2] + [3]", "[Int]", .ints([1, 2, 3])),
    ("[\"x\", \"yz\"][1][0]", "String", .string("y")), ("-9223372036854775808 % -1", "Int", .int(0)),
    ("len(\"né\") + len([[1], [2]])", "Int", .int(4)), ("abs(-3)", "Int", .int(3)), ("min(2, -1)", "Int", .int(-1)),
    ("max(0.5, 0.25)", "Float", .float(0.5)), ("gcd(-12, 18)", "Int", .int(6)), ("pow(3, 4)", "Int", .int(81)),
    ("pow(-2, 63)", "Int", .int(.min)), ("sqrt(2.25)", "Float", .float(1.5)), ("floor(-1.5)", "Int", .int(-2)),
    ("float(3)", "Float", .float(3)), ("text(12) + text(0.5) + text(true)", "String", .string("120.5true")),
    ("number(\"-12\")", "Int", .int(-12)), ("code(\"a\")", "Int", .int(97)), ("char(233)", "String", .string("é")),
    ("sum([1, 2, 3])", "Int", .int(6)), ("sum([0.5, 0.25])", "Float", .float(0.75)),
    ("sums([1, 2, 3])", "[Int]", .ints([1, 3, 6])), ("least([2, 1, 3])", "Int", .int(1)),
    ("greatest([0.5, 2.0])", "Float", .float(2)), ("sort([3, 1, 2])", "[Int]", .ints([1, 2, 3])),
    ("sort([\"b\", \"ab\", \"a\"])", "[String]", .strings(["a", "ab", "b"])),
    ("reverse([1, 2])", "[Int]", .ints([2, 1])), ("reverse(\"abc\")", "String", .string("cba")),
    ("append([1], 2)", "[Int]", .ints([1, 2])), ("take([1, 2, 3], 2)", "[Int]", .ints([1, 2])),
    ("drop(\"abc\", 5)", "String", .string("")), ("take([1], -1)", "[Int]", .list([])),
    ("slice([1, 2, 3, 4], 1, 3)", "[Int]", .ints([2, 3])), ("slice(\"abc\", 2, 1)", "String", .string("")),
    ("contains([[1], [2]], [2])", "Bool", .bool(true)), ("contains(\"abc\", \"bc\")", "Bool", .bool(true)),
    ("find([4, 5, 5], 5)", "Int", .int(1)), ("find(\"abc\", \"x\")", "Int", .int(-1)),
    ("count([1, 2, 1], 1)", "Int", .int(2)), ("count(\"aaaa\", \"aa\")", "Int", .int(2)),
    ("range(2, 5)", "[Int]", .ints([2, 3, 4])), ("range(5, 2)", "[Int]", .list([])),
    ("fill([0], 2)", "[[Int]]", .list([.ints([0]), .ints([0])])), ("repeat(\"ab\", 3)", "String", .string("ababab")),
    ("split(\"a,,b\", \",\")", "[String]", .strings(["a", "", "b"])),
    ("chars(\"ab\")", "[String]", .strings(["a", "b"])),
    ("join([\"a\", \"b\", \"c\"], \"-\")", "String", .string("a-b-c")), ("upper(\"aé1\")", "String", .string("Aé1")),
    ("lower(\"AZ\")", "String", .string("az")), ("unique([1, 2, 1, 3, 2])", "[Int]", .ints([1, 2, 3])),
    ("unique([\"a\", \"b\", \"a\"])", "[String]", .strings(["a", "b"])),
  ]) func terms(term: String, type: String, expected: MiniValue) throws {
    #expect(try value(of: term, type) == expected)
  }

  /// An assignment and a call copy; what is changed in place is one's own.
  @Test func listsAreValues() throws {
    let text = """
      fn change(xs: [[Int]]) -> [[Int]] {
        xs[0][1] = 9
        push(xs, [7])
        return xs
      }
      fn f() -> [[[Int]]] {
        let a = [[1, 2], [3]]
        let b = a
        b[1][0] = 8
        let c = change(b)
        let row = a[0]
        push(row, 5)
        a[1] = row
        row = []
        return [a, b, c, [row]]
      }
      """
    let expected: [[[Int]]] = [[[1, 2], [1, 2, 5]], [[1, 2], [8]], [[1, 9], [8], [7]], [[]]]
    #expect(try value(text) == .list(expected.map { .list($0.map { .ints($0) }) }))
    let texts = """
      fn f() -> String {
        let out = ""
        let words = ["a", "bc"]
        for w in words {
          words = words + [w]
          for c in w { out = out + c + "." }
          for i in 0..<len(w) { words[i] = words[i] + w }
        }
        return out + join(words, "|")
      }
      """
    #expect(try value(texts) == .string("a.b.c.aabc|bcbc|a|bc"))
  }

  @Test(arguments: [
    ("9223372036854775807 + 1", MiniFault.Reason.overflow), ("-9223372036854775807 - 2", .overflow),
    ("4611686018427387904 * 2", .overflow), ("-9223372036854775808 / -1", .overflow),
    ("-(-9223372036854775808)", .overflow), ("abs(-9223372036854775808)", .overflow), ("pow(2, 63)", .overflow),
    ("sum([9223372036854775807, 1])", .overflow), ("pow(2, -1)", .negativePower), ("1 / 0", .zeroDivisor),
    ("1 % 0", .zeroDivisor), ("[1, 2][2]", .index(2, count: 2)), ("[1][-1]", .index(-1, count: 1)),
    ("code(\"ab\"[5])", .index(5, count: 2)), ("least(take([1], 0))", .emptyList),
    ("number(\"1x\")", .conversion("\"1x\"")), ("code(char(55296))", .conversion("55296")),
    ("floor(1.0 / 0.0)", .conversion("inf")),
    ("len(fill(0, 9223372036854775807))", .cellLimit(1_000_000)),
    ("len(range(-9223372036854775807, 9223372036854775807))", .cellLimit(1_000_000)),
    ("len(repeat(\"ab\", 9223372036854775807))", .cellLimit(1_000_000)),
    ("len(split(\"a\", \"\"))", .conversion("the separator \"\"")),
  ]) func faults(term: String, reason: MiniFault.Reason) throws {
    let found = try #require(try fault("fn f() -> Int {\n  return \(term)\n}"))
    #expect(found.reason == reason && found.line == 2)
    #expect(!found.description.contains { $0.isNewline } && found.description.hasPrefix("line 2: "))
  }

  /// A run that needs exactly as much as it may passes; with one less it ends there.
  @Test func limitsAreExact() throws {
    let code = try MiniCode(
      parsing: """
        fn f(n: Int) -> Int {
          if n == 0 { return len(sort([3, 1, 2] + range(0, 4))) }
          let xs = [n, n]
          xs[0] = f(n - 1)
          return xs[0]
        }
        """)
    let free = code.run("f", [.int(9)])
    #expect(free.value == .int(7) && free.profile.values.reduce(0, +) == free.steps)
    // Nine lists of two, at the end three and four and both together: with a cell more for each.
    #expect(free.peakCells == 9 * 3 + 4 + 5 + 8)
    let exact = MiniLimits(steps: free.steps, cells: free.peakCells, depth: 10)
    #expect(code.run("f", [.int(9)], limits: exact) == free)
    for (limits, reason) in [
      (MiniLimits(steps: free.steps - 1, cells: 99, depth: 10), MiniFault.Reason.stepLimit(free.steps - 1)),
      (MiniLimits(steps: free.steps, cells: free.peakCells - 1, depth: 10), .cellLimit(free.peakCells - 1)),
      (MiniLimits(steps: free.steps, cells: 99, depth: 9), .depthLimit(9)),
      (MiniLimits(steps: 0, cells: 99, depth: 9), .stepLimit(0)),
      (MiniLimits(steps: 9, cells: 99, depth: 0), .depthLimit(0)),
    ] {
      let run = code.run("f", [.int(9)], limits: limits)
      #expect(run.fault?.reason == reason && run.fault?.isLimit == true)
      #expect(run.steps <= max(0, limits.steps) && run.peakCells <= limits.cells)
    }
    for steps in stride(from: 0, to: free.steps, by: 7) {
      let run = code.run("f", [.int(9)], limits: MiniLimits(steps: steps, cells: 99, depth: 10))
      #expect(run.fault?.reason == .stepLimit(steps) && run.steps <= steps)
    }
  }

  /// By hand: operators, indices, calls, tests and settings cost one; reading a variable or a constant nothing.
  @Test func stepsAreThoseOfTheLanguage() throws {
    func steps(_ body: String) throws -> Int {
      try MiniCode(parsing: "fn f() -> Int { \(body) }").run("f").steps
    }
    #expect(try steps("return 1") == 1)
    #expect(try steps("let x = 1 return x") == 2)
    #expect(try steps("let x = 1 + 2 return x") == 3)
    #expect(try steps("let x = [1, 2, 3] return x[1]") == 1 + 4 + 1 + 1)
    #expect(try steps("for i in 0..<5 { } return 0") == 1 + 5 + 1)
    // The test before each of five turns and the last, with its operator; a setting with its.
    #expect(try steps("let i = 0 while i < 5 { i = i + 1 } return i") == 1 + 6 * 2 + 5 * 2 + 1)
    #expect(try steps("return sum(range(0, 5))") == 1 + 5 + 1 + 5 + 1)
    // Three binary digits of seven.
    #expect(try steps("return len(sort(fill(1, 7)))") == (1 + 7) + (1 + 7 * 3) + 1 + 1)
    let profile = try MiniCode(parsing: MachineTests.collatz).run("f", [.int(6)]).profile
    // Six, then 3 10 5 16 8 4 2 1: eight turns, three of them odd.
    #expect(profile == [2: 1, 3: 9 * 2, 4: 8 * 3, 5: 6 * 2, 7: 2 * 3, 9: 8 * 2, 11: 1])
  }

  /// What is used is given back: memory does not grow with the turns of a loop, nor with early returns.
  @Test func memoryIsGivenBack() throws {
    let code = try MiniCode(
      parsing: """
        fn first(words: [String], start: String) -> String {
          for w in words {
            let copy = words + [w]
            for c in w { if c == start { return copy[len(copy) - 1] } }
          }
          return ""
        }
        fn f(n: Int) -> String {
          let grid = [["x", "yz"], ["abc"]]
          let found = ""
          for i in 0..<n {
            found = first(grid[i % 2], "a") + text(i)
            grid[i % 2][0] = grid[i % 2][0] + ""
            let other = grid
            other[0][0] = "q"
            if grid[0] == ["a"] || chars(found) == ["a"] { return found }
          }
          return found
        }
        """)
    let short = code.run("f", [.int(110)])
    #expect(short.value == .string("abc109"))
    #expect(code.run("f", [.int(1000)]).peakCells == short.peakCells)
  }

  @Test func argumentsAreChecked() throws {
    let code = try MiniCode(parsing: Self.collatz)
    #expect(code.run("f", [.float(1)]).fault?.line == 0)
    #expect(code.run("f").fault?.description == "'f' was not given (Int); give those of the signature")
    #expect(code.run("g").fault?.description.contains("no function 'g'") == true)
  }
}
