// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Which method is put to work when nobody named one.
enum MethodChoice {
  /// The catalogued method, or a usage failure that names the nearest one.
  static func entry(named name: String) throws(Failure) -> MethodEntry {
    if let entry = Catalog.entry(named: name) { return entry }
    let near = nearest(to: name, among: Catalog.all.map(\.card.name))
    throw Failure(
      .usage,
      "there is no method '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? "; 'gradus methods' lists them"))
  }

  /// The first method of the order for this kind of problem that the catalog has and that fits.
  static func method(for subject: Subject) throws(Failure) -> MethodEntry {
    let preferred = order(for: subject).compactMap { Catalog.entry(named: $0) }
    if let entry = preferred.first(where: { subject.fits($0) }) { return entry }
    if case .named = subject.content, let entry = Catalog.all.first(where: { subject.fits($0) }) { return entry }
    throw refusal(subject)
  }

  private static func order(for subject: Subject) -> [String] {
    switch subject.content {
    case .form(let form):
      switch form.kindName {
      case "QP": return ["qp-interior-point"]
      default: return ["highs"]
      }
    case .program(let program): return program.preferredMethods
    case .fit: return ["levenberg-marquardt"]
    case .training: return ["trust-region-newton", "lbfgs"]
    case .named(let problem):
      if let system = problem.form(LinearSystem.self) {
        guard system.matrix.rowCount == system.matrix.columnCount else { return ["lsqr"] }
        return [system.matrix.asymmetry(tolerance: 1e-12) == nil ? "minres" : "gmres"]
      }
      let traits = problem.traits
      if traits.contains(.noisy) || traits.contains(.multimodal) || traits.contains(.nonSmooth) { return values }
      return ["levenberg-marquardt", "trust-region-newton", "lbfgs", "gradient-descent"] + values
    }
  }

  private static let values = ["cma-es", "nelder-mead", "random-search"]

  /// Problems that are read, described, converted and verified, and cannot be solved by any method here.
  static func refusal(_ subject: Subject, because error: Unsuitable? = nil) -> Failure {
    let kind =
      switch subject.summary.kind {
      case "MIQP": "a mixed-integer quadratic program"
      case "QCP": "a quadratically constrained program"
      case "MIQCP": "a mixed-integer quadratically constrained program"
      case "QP": "a non-convex quadratic program"
      case "NLP": "a nonlinear program"
      case "MINLP": "a mixed-integer nonlinear program"
      case "MIP": "a program with special ordered sets or indicator constraints"
      default: "a problem of class \(subject.summary.kind)"
      }
    if let error, subject.summary.kind != "QP" { return Failure(error) }
    return Failure(
      .failed,
      "\(subject.argument) cannot be solved yet: it is \(kind). It can be read, described, converted and verified.")
  }
}
