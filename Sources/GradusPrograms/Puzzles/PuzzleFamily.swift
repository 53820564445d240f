// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Puzzles of one kind, made by level and stream: those of one level differ in their numbers.
public enum PuzzleFamily: String, Sendable, Hashable, Codable, CaseIterable {
  case digits, sequences, strings, graphs, hanoi, arithmetic

  /// A puzzle of a level from 1 to 10.
  public func puzzle(_ level: Int, _ random: RandomStream) throws(MiniError) -> Puzzle {
    precondition((1...10).contains(level), "levels run from 1 to 10")
    var stream = random.child("puzzle", level + 100 * (Self.allCases.firstIndex(of: self) ?? 0))
    let (text, answer) =
      switch self {
      case .digits: Self.digits(level, &stream)
      case .sequences: Self.sequences(level, &stream)
      case .strings: Self.strings(level, &stream)
      case .graphs: Self.graphs(level, &stream)
      case .hanoi: Self.hanoi(level, &stream)
      case .arithmetic: Self.arithmetic(level, &stream)
      }
    return try Puzzle("\(rawValue) \(level)", family: self, level: level, text, reference: answer)
  }

  /// All levels of all families.
  public static func collection(_ random: RandomStream, levels: ClosedRange<Int> = 1...10) throws(MiniError) -> [Puzzle]
  {
    var puzzles: [Puzzle] = []
    for family in allCases { for level in levels { puzzles.append(try family.puzzle(level, random)) } }
    return puzzles
  }

  // MARK: Numbers

  /// A number with a given sum of digits, and more: count of digits, a divisor, a first digit.
  private static func digits(_ level: Int, _ stream: inout RandomStream) -> (String, MiniValue) {
    let count = 1 + (level + 1) / 2
    let start = (0..<count).reduce(1) { power, k in k == 0 ? 1 : power * 10 }
    let x = start + stream.integer(below: 9 * start)
    let sum = "\(x)".utf8.reduce(0) { $0 + Int($1) - 48 }
    let divisor = level % 2 == 0 ? 1 + stream.integer(below: 2 + level) : 1
    let extra = divisor > 1 ? " && x % \(divisor) == \(x % divisor)" : ""
    let text = """
      fn sat(x: Int) -> Bool {
        let rest = x
        let total = 0
        let count = 0
        while rest > 0 {
          total = total + rest % 10
          rest = rest / 10
          count = count + 1
        }
        return total == \(sum) && count == \(count)\(extra)
      }
      """
    return (text, .int(x))
  }

  private static func arithmetic(_ level: Int, _ stream: inout RandomStream) -> (String, MiniValue) {
    let size = [6, 12, 20, 30, 50, 90, 150, 300, 700, 2000][level - 1]
    let x = 2 + stream.integer(below: size)
    let a = 2 + stream.integer(below: 5 + level)
    let b = a + 1 + stream.integer(below: 5 + level)
    let condition =
      switch level % 4 {
      case 0: "x > 0 && x % \(a) == \(x % a) && x % \(b) == \(x % b)"
      case 1: "\(a) * x + \(b) == \(a * x + b)"
      case 2: "x > 0 && x * x == \(x * x)"
      default: "x > 0 && x * x + \(a) * x == \(x * x + a * x)"
      }
    return ("fn sat(x: Int) -> Bool {\n  return \(condition)\n}", .int(x))
  }

  /// Lists by a rule for their elements.
  private static func sequences(_ level: Int, _ stream: inout RandomStream) -> (String, MiniValue) {
    let n = 2 + level
    let a = stream.integer(below: 4)
    let d = 1 + stream.integer(below: 3)
    let each: String
    let answer: [Int]
    switch level % 5 {
    case 1: (each, answer) = ("x[i] == \(a)", [Int](repeating: a, count: n))
    case 2: (each, answer) = ("x[i] == i + \(a)", (0..<n).map { $0 + a })
    case 3: (each, answer) = ("x[i] == \(n) - i", (0..<n).map { n - $0 })
    case 4: (each, answer) = ("(i == 0 || x[i] - x[i - 1] == i) && x[0] == \(a)", (0..<n).map { a + $0 * ($0 + 1) / 2 })
    default: (each, answer) = ("(i == 0 || x[i] - x[i - 1] == \(d)) && x[0] == \(a)", (0..<n).map { a + d * $0 })
    }
    let text = """
      fn sat(x: [Int]) -> Bool {
        if len(x) != \(n) { return false }
        for i in 0..<len(x) {
          if !(\(each)) { return false }
        }
        return true
      }
      """
    return (text, .ints(answer))
  }

  // MARK: Texts

  private static func strings(_ level: Int, _ stream: inout RandomStream) -> (String, MiniValue) {
    let words = ["ab", "cat", "moon", "step", "gradus"]
    // "ab" is also in the reverse of its repetition, so it is not counted in palindromes.
    let word =
      level % 5 == 0 ? words[1 + stream.integer(below: words.count - 1)] : words[stream.integer(below: words.count)]
    let n = 1 + level
    func reversed(_ text: String) -> String { String(text.reversed()) }
    let (condition, answer): (String, String) =
      switch level % 5 {
      case 1: ("len(x) == \(n) && count(x, \"a\") == \(n)", String(repeating: "a", count: n))
      case 2: ("x == reverse(\"\(word)\")", reversed(word))
      case 3: ("x == reverse(x) && contains(x, \"\(word)\")", word + reversed(word))
      case 4: ("count(x, \"\(word)\") == \(n) && len(x) == \(n) * len(\"\(word)\")", String(repeating: word, count: n))
      default:
        (
          "x == reverse(x) && count(x, \"\(word)\") == \(n / 2) && len(x) == \(n / 2 * 2) * len(\"\(word)\")",
          String(repeating: word, count: n / 2) + String(repeating: reversed(word), count: n / 2)
        )
      }
    return ("fn sat(x: String) -> Bool {\n  return \(condition)\n}", .string(answer))
  }

  // MARK: Graphs and towers

  /// A way along edges from 0 to the last vertex, or colors of which no neighbors share one.
  private static func graphs(_ level: Int, _ stream: inout RandomStream) -> (String, MiniValue) {
    let n = 3 + level / 2
    if level % 2 == 0 {
      let ends = (0..<n).map { "[\($0), \(($0 + 1) % n)]" }.joined(separator: ", ")
      let colors = (0..<n).map { $0 == n - 1 && n % 2 == 1 ? 2 : $0 % 2 }
      let text = """
        fn sat(x: [Int]) -> Bool {
          if len(x) != \(n) || greatest(x) > \(n % 2 == 1 ? 2 : 1) || least(x) < 0 { return false }
          for e in [\(ends)] {
            if x[e[0]] == x[e[1]] { return false }
          }
          return true
        }
        """
      return (text, .ints(colors))
    }
    // A hidden way, in order or with leaps, and some edges that lead back.
    var path = [0]
    while let last = path.last, last < n - 1 { path.append(min(n - 1, last + 1 + stream.integer(below: 2))) }
    var edges = zip(path, path.dropFirst()).map { [$0, $1] }
    for _ in 0..<level {
      let from = 1 + stream.integer(below: n - 1)
      edges.append([from, stream.integer(below: from)])
    }
    let list = edges.map { "[\($0[0]), \($0[1])]" }.joined(separator: ", ")
    let text = """
      fn sat(x: [Int]) -> Bool {
        if len(x) < 2 || x[0] != 0 || x[len(x) - 1] != \(n - 1) { return false }
        let edges = [\(list)]
        for i in 1..<len(x) {
          if !contains(edges, [x[i - 1], x[i]]) { return false }
        }
        return true
      }
      """
    return (text, .ints(path))
  }

  /// Moves of a tower's disks; 3·from + to is a move. Even levels ask how many it takes.
  private static func hanoi(_ level: Int, _ stream: inout RandomStream) -> (String, MiniValue) {
    let disks = (level + 1) / 2
    if level % 2 == 0 {
      let n = disks + 2 + stream.integer(below: 3)
      let text = """
        fn moves(n: Int) -> Int {
          if n == 0 { return 0 }
          return 2 * moves(n - 1) + 1
        }
        fn sat(x: Int) -> Bool {
          return x == moves(\(n))
        }
        """
      return (text, .int((1 << n) - 1))
    }
    let goal = 1 + stream.integer(below: 2)
    func moves(_ n: Int, _ from: Int, _ to: Int) -> [Int] {
      n == 0 ? [] : moves(n - 1, from, 3 - from - to) + [3 * from + to] + moves(n - 1, 3 - from - to, to)
    }
    let text = """
      fn sat(x: [Int]) -> Bool {
        let pegs = [reverse(range(0, \(disks))), take([0], 0), take([0], 0)]
        for m in x {
          if m < 0 || m > 8 || len(pegs[m / 3]) == 0 { return false }
          let from = pegs[m / 3]
          let disk = from[len(from) - 1]
          pegs[m / 3] = take(from, len(from) - 1)
          let to = pegs[m % 3]
          if len(to) > 0 && to[len(to) - 1] < disk { return false }
          push(to, disk)
          pegs[m % 3] = to
        }
        return len(pegs[\(goal)]) == \(disks)
      }
      """
    return (text, .ints(moves(disks, 0, goal)))
  }
}
