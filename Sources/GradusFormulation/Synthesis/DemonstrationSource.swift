// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Problems that grew constraint by constraint, of some categories in turn.
public struct DemonstrationSource: SynthesisSource {
  public let categories: [SocraticDemonstration.Category]
  public var synthesis: DemonstrationSynthesis

  public init(
    _ categories: [SocraticDemonstration.Category] = SocraticDemonstration.Category.allCases,
    _ synthesis: DemonstrationSynthesis = DemonstrationSynthesis()
  ) {
    self.categories = categories
    self.synthesis = synthesis
  }

  public func family(_ number: Int) -> String {
    categories.isEmpty ? "" : categories[number % categories.count].rawValue
  }

  public func draw(_ number: Int, _ stream: RandomStream) async throws -> SynthesisDraw? {
    guard !categories.isEmpty,
      let grown = try await synthesis.demonstration(categories[number % categories.count], stream)?.demonstration,
      let words = grown.question(grown.steps.count)
    else { return nil }
    let score = try InstanceTuner().complexity(grown.statement)
    return SynthesisDraw(grown.statement, words: words, complexity: score)
  }
}
