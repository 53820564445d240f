// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusPrograms
import Testing

@Suite struct EditTests {
  private static let program = """
    fn square(x: Int) -> Int {
      let y = x * x
      return y
    }
    fn f(xs: [Int], n: Int) -> Int {
      let total = 0
      for x in xs {
        total = total + x
      }
      for i in 0..<n {
        let s = square(i)
        total = total + s
      }
      if total > 10 {
        return total
      } else {
        total = 0 - total
      }
      return total
    }
    """

  private static func edited(_ edit: MiniEdit) throws -> String {
    let program = try edit.applied(to: MiniProgram(parsing: program))
    return try #require(program["f"]).body.isEmpty ? "" : program.description
  }

  @Test func knownEdits() throws {
    let loop = try Self.edited(.countToWhile(function: "f", statement: 3))
    #expect(loop.contains("  let k = 0\n  let end = n\n  while k < end {\n    let s = square(k)\n"))
    #expect(loop.contains("    total = total + s\n    k = k + 1\n  }\n"))
    let each = try Self.edited(.eachToCount(function: "f", statement: 1))
    #expect(
      each.contains("  let end = xs\n  for k in 0..<len(end) {\n    let x = end[k]\n    total = total + x\n  }\n"))
    let inlined = try Self.edited(.inline(function: "f", statement: 4))
    #expect(inlined.contains("    let x_in: Int = i\n    let y_in = x_in * x_in\n    let s: Int = y_in\n"))
    let swapped = try Self.edited(.swapBranches(function: "f", statement: 6))
    #expect(swapped.contains("  if !(total > 10) {\n    total = 0 - total\n  } else {\n    return total\n  }\n"))
    let part = try Self.edited(.extract(function: "f", 0..<2, name: "add"))
    #expect(part.contains("fn add(xs: [Int]) -> Int {\n  let total = 0\n  for x in xs {\n"))
    #expect(part.contains("  let total: Int = add(xs)\n  for i in 0..<n {"))
    let tail = try Self.edited(.extract(function: "f", 2..<5, name: "rest"))
    #expect(
      tail.contains("fn rest(total: Int, n: Int) -> Int {\n  for i in 0..<n {")
        || tail.contains("  return rest(n, total)\n"))
    let renamed = try Self.edited(.renameFunction(from: "square", to: "sq"))
    #expect(renamed.contains("fn sq(x: Int)") && renamed.contains("let s = sq(i)") && !renamed.contains("square"))
  }

  @Test(arguments: [
    MiniEdit.renameVariable(function: "f", from: "n", to: "xs"), .renameVariable(function: "f", from: "q", to: "r"),
    .renameVariable(function: "f", from: "n", to: "if"), .renameFunction(from: "f", to: "len"),
    .renameFunction(from: "f", to: "square"), .renameFunction(from: "h", to: "g"),
    .extract(function: "f", 1..<9, name: "g"), .extract(function: "f", 3..<4, name: "g"),
    .inline(function: "f", statement: 0), .inline(function: "h", statement: 0),
    .countToWhile(function: "f", statement: 99),
    .countToWhile(function: "f", statement: -1), .eachToCount(function: "f", statement: 3),
  ]) func whatCannotBeMadeIsRefused(edit: MiniEdit) throws {
    let program = try MiniProgram(parsing: Self.program)
    #expect(throws: MiniError.self) { try edit.applied(to: program) }
  }

  /// Every edit of random programs keeps what comes out, on random inputs; and every program is read back from its print.
  @Test func editsKeepTheMeaning() throws {
    let root = RandomStream(seed: 5)
    var (edits, ended) = (0, 0)
    var kinds: [String: Int] = [:]
    for k in 0..<120 {
      var stream = root.child("program", k)
      let program = MiniSampler().program(&stream)
      #expect(try MiniProgram(parsing: program.description) == program)
      let code = try MiniCode(program)
      let function = try #require(program["f"])
      let inputs = (0..<4).map { _ in MiniInputs().values(function.parameters.map(\.type), &stream) }
      let before = inputs.map { code.run("f", $0) }
      ended += before.count { $0.value != nil }
      // Again: the same to the last step.
      #expect(inputs.map { code.run("f", $0) } == before)
      let possible = MiniEdit.all(of: program)
      for edit in possible.indices.filter({ $0 % (1 + possible.count / 8) == 0 }).map({ possible[$0] }) {
        let changed = try edit.applied(to: program)
        #expect(try MiniProgram(parsing: changed.description) == changed)
        let other = try MiniCode(changed)
        let name = if case .renameFunction("f", let to) = edit { to } else { "f" }
        for (input, run) in zip(inputs, before) where run.fault?.isLimit != true {
          let after = other.run(name, input, limits: MiniLimits(steps: 10_000_000, cells: 10_000_000, depth: 600))
          #expect(after.value == run.value, "\(edit) of \(program) for \(input)")
          #expect(after.fault?.reason == run.fault?.reason)
        }
        edits += 1
        kinds["\(edit)".prefix(while: \.isLetter).description, default: 0] += 1
      }
    }
    #expect(edits > 500 && ended > 150, "\(edits) edits, \(ended) ended")
    for kind in ["renameVariable", "extract", "inline", "countToWhile", "eachToCount", "swapBranches"] {
      #expect(kinds[kind, default: 0] >= 10, "\(kinds)")
    }
  }
}
