// SPDX-License-Identifier: Apache-2.0

/// The body of a function in the place of its call: parameters become variables, the last `return` what the call gave.
///
/// Only bodies whose one `return` is their last statement; the call is the whole value of `let`, of an assignment or of `return`, so
/// nothing before or after it is moved.
enum MiniInlining {
  static func applied(_ program: MiniProgram, _ function: String, _ number: Int) throws(MiniError) -> MiniProgram {
    try program.changing(function) { function throws(MiniError) in
      try function.replacing(number) { statement throws(MiniError) in
        let value: MiniTerm
        switch statement.form {
        case .declare(_, _, let term), .assign(_, let term), .give(let term): value = term
        default: throw MiniEdit.refused("the statement has not the value of a call", at: statement.place)
        }
        guard case .call(let name, let arguments) = value.form, let called = program[name],
          called.parameters.count == arguments.count
        else { throw MiniEdit.refused("the value is no call of a function of the program", at: statement.place) }
        guard let last = called.body.last, case .give = last.form, called.statements.count(where: Self.returns) == 1
        else { throw MiniEdit.refused("'\(name)' does not end with its only return", at: statement.place) }
        let names = freshNames(program, MiniRenaming.names(called))
        var result = zip(called.parameters, arguments).map { parameter, argument in
          MiniStatement(.declare(names[parameter.name] ?? parameter.name, parameter.type, argument))
        }
        result += MiniRenaming.block(Array(called.body.dropLast()), names)
        guard case .give(let given) = MiniRenaming.block([last], names)[0].form else { return [] }
        switch statement.form {
        case .declare(let own, let type, _):
          result.append(MiniStatement(.declare(own, type ?? called.result, given), at: statement.place))
        case .assign(let own, _): result.append(MiniStatement(.assign(own, given), at: statement.place))
        default: result.append(MiniStatement(.give(given), at: statement.place))
        }
        return result
      }
    }
  }

  private static func returns(_ statement: MiniStatement) -> Bool {
    if case .give = statement.form { true } else { false }
  }

  /// Names that nothing has: not in the program, not among each other.
  private static func freshNames(_ program: MiniProgram, _ names: [String]) -> [String: String] {
    var extended = program
    var fresh: [String: String] = [:]
    for name in names {
      let new = extended.freshName("\(name)_in")
      fresh[name] = new
      extended.functions.append(MiniFunction(new, [], result: .int, body: []))
    }
    return fresh
  }
}
