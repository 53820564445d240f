// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Puzzles to be solved, each for itself.
public struct PuzzleSet: Sendable, Hashable, Codable, Fingerprinted {
  public var puzzles: [Puzzle]

  public init(_ puzzles: [Puzzle]) { self.puzzles = puzzles }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    for puzzle in puzzles { print.mix(puzzle.fingerprint) }
    return print.value
  }

  /// How many of the answers, by the names of their puzzles, solve them: each verifier is run again.
  public func verified(_ answers: [String: MiniValue]) -> Int {
    puzzles.count { puzzle in
      guard let answer = answers[puzzle.name], let checker = try? PuzzleChecker(puzzle) else { return false }
      return checker.isSolved(by: answer)
    }
  }
}

extension PuzzleSet: Judged {
  /// Runs the verifiers of all answers again.
  public func judge(
    _ report: Report<[String: MiniValue]>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let count = verified(report.point)
    var certificate = Certificate(.exact)
    certificate.pointChecked = count == report.point.count
    certificate.verified = count == puzzles.count
    certificate.note = "\(count) of \(report.point.count) answers satisfy their verifiers, of \(puzzles.count) puzzles"
    let outcome: Outcome = certificate.verified ? .optimal : certificate.pointChecked ? .feasible : .unproved
    return Verdict(outcome: outcome, certificate: certificate, objective: -Double(count), bound: -Double(puzzles.count))
  }
}
