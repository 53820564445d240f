// SPDX-License-Identifier: Apache-2.0

/// Other names for variables and functions.
enum MiniRenaming {
  /// Names of parameters and variables, each once.
  static func names(_ function: MiniFunction) -> [String] {
    var names = function.parameters.map(\.name)
    for name in function.statements.compactMap(\.declared) where !names.contains(name) { names.append(name) }
    return names
  }

  static func variable(
    _ program: MiniProgram, _ function: String, _ from: String, _ to: String
  ) throws(MiniError) -> MiniProgram {
    try program.changing(function) { function throws(MiniError) in
      let names = names(function)
      guard names.contains(from) else { throw MiniEdit.refused("'\(function.name)' has no variable '\(from)'") }
      guard !names.contains(to) else { throw MiniEdit.refused("'\(function.name)' has a variable '\(to)'") }
      var changed = function
      for k in changed.parameters.indices where changed.parameters[k].name == from { changed.parameters[k].name = to }
      changed.body = block(function.body, [from: to])
      return changed
    }
  }

  static func function(_ program: MiniProgram, _ from: String, _ to: String) throws(MiniError) -> MiniProgram {
    guard program[from] != nil else { throw MiniEdit.refused("there is no function '\(from)'") }
    guard program[to] == nil else { throw MiniEdit.refused("there is a function '\(to)'") }
    func change(_ term: MiniTerm) -> MiniTerm {
      if case .call(from, let arguments) = term.form {
        return MiniTerm(.call(to, arguments.map(change)), at: term.place)
      }
      return term.mapChildren(change)
    }
    return MiniProgram(
      program.functions.map { function in
        var changed = function.mapTerms(change)
        if changed.name == from { changed.name = to }
        return changed
      })
  }

  /// Statements with other names for variables, read, set or declared.
  static func block(_ statements: [MiniStatement], _ names: [String: String]) -> [MiniStatement] {
    statements.map { statement in
      let changed = statement.map(terms: { term($0, names) }, blocks: { block($0, names) })
      func new(_ name: String) -> String { names[name] ?? name }
      let form: MiniStatement.Form =
        switch changed.form {
        case .declare(let name, let type, let value): .declare(new(name), type, value)
        case .assign(let name, let value): .assign(new(name), value)
        case .assignElement(let name, let indices, let value): .assignElement(new(name), indices, value)
        case .push(let name, let value): .push(new(name), value)
        case .count(let name, let from, let to, let body): .count(new(name), from: from, to: to, body)
        case .each(let name, let list, let body): .each(new(name), list, body)
        default: changed.form
        }
      return MiniStatement(form, at: statement.place)
    }
  }

  static func term(_ term: MiniTerm, _ names: [String: String]) -> MiniTerm {
    if case .variable(let name) = term.form, let new = names[name] { return MiniTerm(.variable(new), at: term.place) }
    return term.mapChildren { self.term($0, names) }
  }
}
