// SPDX-License-Identifier: Apache-2.0

/// Loops and branches written in another way.
enum MiniLoopRewriting {
  static func applied(
    _ program: MiniProgram, _ function: String, _ statement: Int, _ edit: MiniEdit
  ) throws(MiniError) -> MiniProgram {
    let counter = program.freshName("k")
    let other = program.freshName("end")
    return try program.changing(function) { function throws(MiniError) in
      try function.replacing(statement) { statement throws(MiniError) in
        switch (edit, statement.form) {
        case (.countToWhile, .count(let name, let from, let to, let body)):
          // What is counted is not set inside, so one more at the end of each turn is all that changes it.
          let i = MiniTerm(.variable(counter))
          let step = MiniStatement(.assign(counter, MiniTerm(.binary(.plus, i, MiniTerm(.int(1))))))
          let turn = MiniRenaming.block(body, [name: counter]) + [step]
          return [
            MiniStatement(.declare(counter, nil, from)), MiniStatement(.declare(other, nil, to)),
            MiniStatement(.loop(MiniTerm(.binary(.less, i, MiniTerm(.variable(other)))), turn), at: statement.place),
          ]
        case (.eachToCount, .each(let name, let list, let body)):
          let source = MiniTerm(.variable(other))
          let element = MiniTerm(.index(source, MiniTerm(.variable(counter))))
          let turn = [MiniStatement(.declare(name, nil, element))] + body
          return [
            MiniStatement(.declare(other, nil, list)),
            MiniStatement(
              .count(counter, from: MiniTerm(.int(0)), to: MiniTerm(.call("len", [source])), turn), at: statement.place),
          ]
        case (.swapBranches, .branch(let condition, let then, let otherwise)) where !otherwise.isEmpty:
          return [
            MiniStatement(
              .branch(MiniTerm(.not(condition)), then: otherwise, otherwise: then), at: statement.place)
          ]
        default: throw MiniEdit.refused("the statement is none of this kind", at: statement.place)
        }
      }
    }
  }
}
