// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension LanguageProgram {
  /// The parameter and its start, of a program that has one, a text.
  func soleText(for method: String) throws -> (parameter: WorkflowParameter, start: String) {
    guard parameters.count == 1, case .text = parameters[0].domain, let start = parameters[0].start.text else {
      throw Unsuitable(
        method: method, needs: "one parameter, a text", found: "\(parameters.count) parameters",
        remedy: "choose opto-prime")
    }
    return (parameters[0], start)
  }

  /// What an advisor has written between <improved> marks, where the parameter may have that value.
  static func improved(_ parameter: WorkflowParameter, in text: String) -> String? {
    guard let said = JSONFinder.tagged("improved", in: text)?.trimmed, !said.isEmpty,
      parameter.admits(.text(said))
    else { return nil }
    return said
  }
}
