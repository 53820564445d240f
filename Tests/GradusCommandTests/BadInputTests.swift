// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// Nonlinear problems as a newcomer may write them wrongly: one line each, with cause, place and remedy.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct BadInputTests {
  static let header = "g3 0 1 0\n 1 0 1\n 0 1\n 0 0\n 0 1 0\n 0 0\n 0 0 0 0 0\n 0 1\n 0 0\n 0 0 0 0 0\nO0 0\n"
  static let square = header + "o2\nv0\nv0\nb\n3\nG0 1\n0 0\n"

  /// File, content, exit code, and what the one line says.
  static let refused: [(name: String, content: String, code: Int32, message: String)] = [
    ("empty.nl", "", 3, ":1:1: the file ends; expected g or b"),
    ("empty.sif", "", 3, ":1:1: the file is empty; expected the section NAME"),
    ("empty.yaml", "", 3, ":1:1: the file is empty; expected a model"),
    ("empty.json", "", 3, ":1:1: the file is empty"),
    ("empty.mof.json", "", 3, ":1:1: the file is empty"),
    ("header.nl", String(square.prefix(40)), 3, "the file ends"),
    ("cut.nl", String(square.dropLast(9)), 3, "expected"),
    (
      "function.nl", header.replacing("O0 0", with: "F0 1 2 foo\nO0 0") + "n0\nb\n3\n", 3,
      "function.nl:11:1: the external function foo is not supported"
    ),
    ("cut.sif", "NAME          CUT\nVARIABLES\n    X\nGROUPS\n N  OBJ       X         1.0\n", 3, "without ENDATA"),
    ("unknown.yaml", "variables: {x: {lower: 0}}\nminimize: x + yy\n", 3, ":2:15: the name yy is unknown"),
    ("twice.yaml", "variables: {x: }\nminimize: x\nminimize: -x\n", 3, ":3:"),
    ("anchor.yaml", "variables: {x: }\nminimize: *x\n", 3, ":2:"),
    ("zero.yaml", "parameters: {p: 0}\nvariables: {x: {lower: 1}}\nminimize: x / p\n", 3, ":3:15: division by zero"),
    (
      "zero2.yaml", "parameters: {p: 0, q: 1 / p}\nvariables: {x: }\nminimize: x * q\n", 3,
      ":1:27: division by zero (in q)"
    ),
    ("least.yaml", "sets: {I: []}\nvariables: {x: {over: I}}\nminimize: min(i in I) x[i]\n", 3, "over an empty set"),
    ("deep.yaml", "variables: {x: }\nminimize: " + nested("sin(", "x", ")") + "\n", 3, "nested deeper than"),
    ("deep2.yaml", "variables: {x: }\nminimize: " + nested("-", "x", "") + "\n", 3, "nested deeper than"),
    ("deep.json", "{\"minimize\": " + nested("[", "", "]") + "}", 3, "nest"),
    (
      "log.yaml", "variables: {x: {start: -1}}\nminimize: log(x)\n", 1,
      "at the start, the objective: log(x) is not a number, because x is -1; give a start, or bounds"
    ),
    (
      "row.yaml",
      "variables: {x: {start: -1}, y: {start: 2}}\nminimize: y^2\nsubject to:\n  curve: 3*log(x*y) + y >= 1\n", 1,
      "row curve: log(x*y) is not a number, because x*y is -2"
    ),
    (
      "root.yaml", "variables: {x: {start: -4, upper: -3}}\nminimize: x^2\nsubject to:\n  root: sqrt(x) >= 1\n", 1,
      "row root: sqrt(x) is not a number, because x is -4"
    ),
  ]

  static func nested(_ open: String, _ middle: String, _ close: String) -> String {
    String(repeating: open, count: 100_000) + middle + String(repeating: close, count: 100_000)
  }

  @Test(arguments: refused.indices)
  func oneLineSaysWhatIsWrong(_ index: Int) throws {
    let (name, content, code, message) = Self.refused[index]
    let path = try Scratch.file(name, content)
    let ending = try CommandRunner.run(["solve", path, "--quiet"])
    #expect(ending.code == code, "\(name): \(ending.error.prefix(300))")
    #expect(ending.error.hasPrefix("gradus: "), "\(name)")
    #expect(ending.error.contains(message), "\(name): \(ending.error.prefix(300))")
    #expect(ending.error.count { $0 == "\n" } == 1 && ending.error.count < 1_000, "\(name)")
    if code == 3 { #expect(ending.error.hasPrefix("gradus: \(path)") && ending.out.isEmpty, "\(name)") }
  }

  /// File, content, options, exit code, status, and what the text says.
  static let answered: [(name: String, content: String, code: Int32, status: String, words: String)] = [
    (
      "equalities.yaml",
      "variables: {x: , y: }\nminimize: x^2 + y^2\nsubject to:\n  a: x + y == 1\n  b: x + y == 2\n  c: x <= 9\n", 0,
      "infeasible", "row a, row b"
    ),
    (
      "circle.yaml",
      "variables: {x: {start: 1}, y: {start: 1}}\nminimize: exp(x)\nsubject to:\n  circle: x^2 + y^2 == 1\n  line: x + y == 5\n",
      0, "locallyInfeasible", "row circle, row line"
    ),
    (
      "box.yaml",
      "variables: {x: {lower: 0, upper: 5}, y: {lower: 0, upper: 5}}\nminimize: exp(x)\nsubject to:\n  a: x + y >= 11\n  b: x^2 + y <= 30\n",
      0, "infeasible", "row a, bound of x, bound of y"
    ),
    (
      "whole.yaml",
      "variables: {x: {kind: integer, lower: 0, upper: 5}, y: {lower: 0, upper: 5}}\nminimize: x^2 + exp(y)\nsubject to:\n  circle: x^2 + y^2 <= 4\n  beyond: x + y >= 4\n  other: x <= 8\n",
      0, "infeasible", "row circle, row beyond"
    ),
    (
      "parity.yaml",
      "variables: {x: {kind: integer, lower: 0, upper: 5}, y: {kind: integer, lower: 0, upper: 5}}\nminimize: exp(x)\nsubject to:\n  even: 2*x + 4*y == 5\n",
      0, "infeasible", "row even"
    ),
    (
      "rank.yaml",
      "variables: {x: , y: , z: }\nminimize: x^2 + y^2 + exp(z)\nsubject to:\n  a: x + y + z == 1\n  b: 2*x + 2*y + 2*z == 2\n  c: x^2 + y == 2\n  d: 3*x^2 + 3*y == 6\n",
      0, "locallyOptimal", "2.21601614"
    ),
    (
      "empty.yaml",
      "sets: {I: [], J: 1..3}\nparameters: {p: {over: I, values: []}}\nvariables: {x: {over: I}, y: {over: J, lower: 0}}\nminimize: sum(i in I) x[i] + sum(j in J) (y[j] - j)^2\nsubject to:\n  c[i in I]: x[i] >= p[i]\n  d: sum(i in I) x[i] <= 4\n",
      0, "optimal", "y[3]"
    ),
    (
      "free.yaml",
      "variables: {x: {start: 1}, y: {start: 1}, unused: {lower: -3, upper: 7}, lonely: }\nminimize: exp(x) - x + y^2\nsubject to:\n  nothing: x + y <= inf\n  c: x + y >= 1\n",
      0, "optimal", "1.382054734"
    ),
    (
      "unbounded.yaml", "variables: {x: {start: 1}, y: }\nminimize: x^3 + y\n", 0, "unbounded",
      "along the ray the objective falls"
    ),
    (
      "chain.nl", header + String(repeating: "o41\n", count: 100_000) + "v0\nb\n0 0 2\nG0 1\n0 0\n", 0,
      "optimal", "the objective is at least 0.0"
    ),
  ]

  @Test(arguments: answered.indices)
  func awkwardProblemsAreAnswered(_ index: Int) throws {
    let (name, content, code, status, words) = Self.answered[index]
    let path = try Scratch.file(name, content)
    let result = path + ".json"
    let ending = try CommandRunner.run(["solve", path, "--quiet", "--solution", result])
    #expect(ending.code == code, "\(name): \(ending.out.prefix(300))\(ending.error.prefix(300))")
    #expect(ending.out.contains(": \(status)\n"), "\(name): \(ending.out.prefix(300))")
    #expect(ending.out.contains(words), "\(name): \(ending.out)")
    let check = try CommandRunner.run(["verify", path, result])
    #expect(check.code == 0 || check.code == 4, "\(name): \(check.out)")
  }

  /// Whatever part of a file is left, the answer is a place in it or a whole problem.
  @Test(arguments: ["nl", "sif", "yaml"])
  func filesThatEndAnywhere(_ kind: String) throws {
    let whole: String
    switch kind {
    case "nl": whole = Self.header + "o0\no41\nv0\no2\nn2\nv0\nb\n0 -1 1\nk0\nG0 1\n0 0\n"
    case "sif":
      whole =
        "NAME          CUT\nVARIABLES\n    X\nGROUPS\n N  OBJ       X         1.0\nBOUNDS\n LO BND       X         1.0\nENDATA\n"
    default: whole = "variables:\n  x: {lower: 0}\nminimize: exp(x) - 2 * x\nsubject to:\n  c: x + sin(x) <= 4\n"
    }
    for count in stride(from: 0, to: whole.utf8.count, by: 7) {
      let path = try Scratch.file("part.\(kind)", Data(whole.utf8.prefix(count)))
      let ending = try CommandRunner.run(["describe", path, "--quiet"])
      #expect(ending.code == 3 || ending.code == 0, "\(count): \(ending.error.prefix(200))")
      if ending.code == 3 {
        #expect(ending.error.hasPrefix("gradus: \(path):") && ending.error.count { $0 == "\n" } == 1, "\(ending.error)")
      }
    }
  }
}
