// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A puzzle: find an x with sat(x). Whatever satisfies it solves it; nothing else has to be believed.
///
/// **Reference** Schuster et al., "Programming Puzzles" (NeurIPS 2021). The puzzles of `PuzzleFamily` are ours.
public struct Puzzle: Sendable, Hashable, Codable, Fingerprinted {
  /// `digits 3`, of its family and level.
  public var name: String
  public var family: PuzzleFamily
  /// From 1; what is larger is harder within the family.
  public var level: Int
  /// With a function `sat` of one parameter.
  public var program: MiniProgram
  /// An answer that is known, for those who check the puzzles; solvers do not look at it.
  public var reference: MiniValue?
  public var limits: MiniLimits

  /// Reads a puzzle. Throws where the text is no program with `fn sat(x: T) -> Bool`.
  public init(
    _ name: String, family: PuzzleFamily, level: Int, _ text: String, reference: MiniValue? = nil,
    limits: MiniLimits = MiniLimits(steps: 100_000, cells: 100_000, depth: 100)
  ) throws(MiniError) {
    self.name = name
    self.family = family
    self.level = level
    self.reference = reference
    self.limits = limits
    program = try MiniProgram(parsing: text)
    _ = try MiniCode(program)
    guard let sat = program["sat"], sat.parameters.count == 1, sat.result == .bool else {
      throw MiniError(MiniPlace(), "a puzzle without sat", remedy: "write fn sat(x: Int) -> Bool, or of another type")
    }
  }

  /// The type of x.
  public var type: MiniType { program["sat"]?.parameters[0].type ?? .int }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(name)
    print.mix(program.description)
    print.mix(limits.steps)
    return print.value
  }

  /// Literals of the verifier by type, each once, in their order: what answers are often made of.
  public var constants: [(value: MiniValue, type: MiniType)] {
    var found: [(MiniValue, MiniType)] = []
    func look(_ term: MiniTerm) {
      let constant: (MiniValue, MiniType)? =
        switch term.form {
        case .int(let value): (.int(value), .int)
        case .string(let text): (.string(text), .string)
        default: nil
        }
      if let constant, !found.contains(where: { $0.0 == constant.0 }) { found.append(constant) }
      for child in term.children { look(child) }
    }
    for function in program.functions {
      for statement in function.statements { for term in statement.terms { look(term) } }
    }
    return found
  }
}
