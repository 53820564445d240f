// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox

/// What the command line says.
struct Options: Sendable {
  let words: [String]

  func has(_ name: String) -> Bool { words.contains(name) }

  func text(_ name: String) -> String? {
    words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
  }

  func number(_ name: String, _ usual: Int) -> Int { text(name).flatMap { Int($0) } ?? usual }

  /// Bayesian optimization with the settings of `--set name=value,…`.
  func method() throws -> BayesianOptimization {
    var method = BayesianOptimization()
    for assignment in (text("--set") ?? "").split(separator: ",") {
      let parts = assignment.split(separator: "=").map(String.init)
      guard parts.count == 2, let setting = BayesianOptimization.settings.first(where: { $0.name == parts[0] }) else {
        preconditionFailure("'\(assignment)' is no setting")
      }
      try setting.write(&method, parts[1])
    }
    return method
  }
}
