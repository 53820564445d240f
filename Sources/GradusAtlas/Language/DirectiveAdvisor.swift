// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Synchronization

/// Writes criticism and new prompts by what it reads: a criticism that names something the step can be told goes to its prompt,
/// any other to what came before it. Now and then it goes astray, or leaves out what it was asked for.
final class DirectiveAdvisor: LanguageModel {
  /// New prompts so far.
  var changes: Int { counts.withLock { $0.changes } }
  /// Criticisms so far.
  var criticisms: Int { counts.withLock { $0.criticisms } }
  private let counts = Mutex((changes: 0, criticisms: 0))
  private let astray: Double
  private let follows: Double
  /// Answers every question with some criticism, to count them.
  private let isTalkative: Bool

  init(astray: Double = 0.05, follows: Double = 0.9, isTalkative: Bool = false) {
    self.astray = astray
    self.follows = follows
    self.isTalkative = isTalkative
  }

  func complete(_ prompt: String, stream: RandomStream) -> Completion {
    var stream = stream
    let named = Set(
      prompt.split(separator: "<").compactMap { part in part.split(separator: ">").first.map(String.init) })
    let wanted = DirectivePipeline.directives.joined().filter { named.contains($0) }
    if prompt.contains("<improved>") {
      counts.withLock { $0.changes += 1 }
      let value = JSONFinder.tagged("value", in: prompt)?.split(separator: "\n").joined(separator: " ") ?? ""
      let added = wanted.filter { !value.contains($0) && stream.uniform() < follows }
      return Completion(
        text: "<improved>\(([value] + added.map { "Please \($0)." }).joined(separator: " "))</improved>")
    }
    counts.withLock { $0.criticisms += 1 }
    if isTalkative { return Completion(text: "It should change.") }
    guard let fault = wanted.first else { return Completion(text: "") }
    let isOwn = prompt.contains("; \(fault)") || prompt.contains("told to: \(fault)")
    // The question is about the input that its last sentences name.
    let input = prompt.ranges(of: "how <").last.map { prompt[$0.upperBound...].prefix { $0 != ">" } }
    let isPrompt = input?.hasSuffix(" prompt") ?? false
    // What a step can be told goes to its prompt, what it cannot to its other input.
    let isMeant = (isOwn == isPrompt) != (stream.uniform() < astray)
    return Completion(text: isMeant ? "It should take care to <\(fault)>." : "")
  }
}
