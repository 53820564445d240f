// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// All named test problems.
public enum ProblemLibrary {
  /// Every family, simple ones first.
  public static var families: [ProblemFamily] {
    convexFamilies + valleyFamilies + multimodalFamilies + nonSmoothFamilies + noisyFamilies + regressionFamilies
      + leastSquaresFamilies + boundedFamilies + constrainedFamilies + programFamilies + rankFamilies
      + objectiveFamilies + zdtFamilies + dtlzFamilies
      + fidelityFamilies + trapFamilies + linearSystemFamilies + clientFamilies + behaviorFamilies
  }

  /// One member of every family, with default parameters.
  public static var all: [NamedProblem] {
    families.map { family in
      do { return try family.problem() } catch {
        preconditionFailure("the defaults of \(family.name) must be valid: \(error)")
      }
    }
  }

  /// The problem called `rosenbrock` or `rosenbrock,n=20`.
  public static func problem(named text: String) throws(ProblemError) -> NamedProblem {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let name = parts[0]
    guard let family = families.first(where: { $0.name == name }) else {
      throw .unknown(name, nearest: nearest(to: name, among: families.map(\.name)))
    }
    var changes: [(name: String, value: String)] = []
    for part in parts.dropFirst() {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2 else { throw .malformed(text, part: part) }
      changes.append((sides[0], sides[1]))
    }
    return try family.problem(changes)
  }
}
