// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Trials of rules on matrices: none on the points without shape of the problem library.
enum RuleTrials {
  static func of(_ name: String) -> [Trial] { [] }
}
