// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// What every rule must be able to do with its default settings.
enum RuleTrials {
  static func of(_ name: String) -> [Trial] { [] }
}
