// SPDX-License-Identifier: Apache-2.0

/// A change of a program that keeps what it computes: the same result for all arguments for which it had one within its limits.
///
/// Statements are numbered in the order of the print, from 0, with those inside of others.
public enum MiniEdit: Sendable, Hashable {
  /// A parameter or variable of a function gets another name.
  case renameVariable(function: String, from: String, to: String)
  case renameFunction(from: String, to: String)
  /// Statements of the outermost block of a function become a function of their own.
  case extract(function: String, Range<Int>, name: String)
  /// The body of a called function takes the place of `let x = g(…)`, `x = g(…)` or `return g(…)`.
  case inline(function: String, statement: Int)
  /// `for i in a..<b` becomes `while`.
  case countToWhile(function: String, statement: Int)
  /// `for x in xs` becomes `for i in 0..<len(xs)`.
  case eachToCount(function: String, statement: Int)
  /// `if c { a } else { b }` becomes `if !c { b } else { a }`.
  case swapBranches(function: String, statement: Int)

  /// The program after the change. Throws where it cannot be made there: the message says why.
  public func applied(to program: MiniProgram) throws(MiniError) -> MiniProgram {
    let changed: MiniProgram =
      switch self {
      case .renameVariable(let function, let from, let to):
        try MiniRenaming.variable(program, function, from, to)
      case .renameFunction(let from, let to): try MiniRenaming.function(program, from, to)
      case .extract(let function, let range, let name): try MiniExtraction.applied(program, function, range, name)
      case .inline(let function, let statement): try MiniInlining.applied(program, function, statement)
      case .countToWhile(let function, let statement), .eachToCount(let function, let statement),
        .swapBranches(let function, let statement):
        try MiniLoopRewriting.applied(program, function, statement, self)
      }
    // Names that were free may not be, where a program is changed from outside: whatever comes out is a program.
    _ = try MiniCode(changed)
    return changed
  }

  /// Every change of a program that can be made, new names being `fresh`, `fresh1`, …; of extractions those of at least two statements.
  public static func all(of program: MiniProgram) -> [MiniEdit] {
    var edits: [MiniEdit] = []
    for function in program.functions {
      let name = function.name
      edits.append(.renameFunction(from: name, to: program.freshName("fresh")))
      for variable in MiniRenaming.names(function) {
        edits.append(.renameVariable(function: name, from: variable, to: program.freshName("fresh")))
      }
      for k in 0..<function.statementCount {
        edits += [
          .inline(function: name, statement: k), .countToWhile(function: name, statement: k),
          .eachToCount(function: name, statement: k), .swapBranches(function: name, statement: k),
        ]
      }
      for from in function.body.indices {
        for to in stride(from: from + 2, through: function.body.count, by: 1) {
          edits.append(.extract(function: name, from..<to, name: program.freshName("fresh")))
        }
      }
    }
    return edits.filter { (try? $0.applied(to: program)) != nil }
  }

  static func refused(_ cause: String, at place: MiniPlace = MiniPlace()) -> MiniError {
    MiniError(place, cause, remedy: "choose another place")
  }
}
