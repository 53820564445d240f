// SPDX-License-Identifier: Apache-2.0

extension MiniFunction {
  /// With those inside of others.
  public var statementCount: Int { Self.count(body) }

  private static func count(_ block: [MiniStatement]) -> Int {
    block.reduce(0) { $0 + 1 + $1.blocks.reduce(0) { $0 + count($1) } }
  }

  /// The function with one statement, by its number, replaced by others. Throws what `change` throws, or where there is no such one.
  func replacing(
    _ number: Int, _ change: (MiniStatement) throws(MiniError) -> [MiniStatement]
  ) throws(MiniError) -> MiniFunction {
    guard number >= 0, number < statementCount else { throw MiniEdit.refused("'\(name)' has no statement \(number)") }
    var next = 0
    var failure: MiniError?
    func walk(_ block: [MiniStatement]) -> [MiniStatement] {
      block.flatMap { statement -> [MiniStatement] in
        next += 1
        if next - 1 == number {
          do throws(MiniError) { return try change(statement) } catch { failure = error }
          return []
        }
        return next > number + 1 ? [statement] : [statement.map(terms: { $0 }, blocks: walk)]
      }
    }
    var changed = self
    changed.body = walk(body)
    if let failure { throw failure }
    return changed
  }

  /// The function with every term replaced, those inside of others by `change` itself.
  func mapTerms(_ change: (MiniTerm) -> MiniTerm) -> MiniFunction {
    func walk(_ block: [MiniStatement]) -> [MiniStatement] { block.map { $0.map(terms: change, blocks: walk) } }
    var changed = self
    changed.body = walk(body)
    return changed
  }

  /// Every statement, in the order of their numbers.
  var statements: [MiniStatement] {
    func walk(_ block: [MiniStatement]) -> [MiniStatement] { block.flatMap { [$0] + $0.blocks.flatMap(walk) } }
    return walk(body)
  }
}

extension MiniProgram {
  /// A name that nothing in the program has.
  func freshName(_ base: String) -> String {
    let taken = Set(
      functions.flatMap { function in
        [function.name] + function.parameters.map(\.name) + function.statements.compactMap(\.declared)
      } + MiniBuiltin.allCases.map(\.rawValue))
    if !taken.contains(base) { return base }
    var k = 1
    while taken.contains("\(base)\(k)") { k += 1 }
    return "\(base)\(k)"
  }

  /// The program with one of its functions changed. Throws where it has none of this name.
  func changing(
    _ name: String, _ change: (MiniFunction) throws(MiniError) -> MiniFunction
  ) throws(MiniError) -> MiniProgram {
    guard let k = functions.firstIndex(where: { $0.name == name }) else {
      throw MiniEdit.refused("there is no function '\(name)'")
    }
    var changed = self
    changed.functions[k] = try change(functions[k])
    return changed
  }
}
