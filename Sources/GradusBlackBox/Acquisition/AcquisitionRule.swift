// SPDX-License-Identifier: Apache-2.0

/// Where Bayesian optimization asks next.
public enum AcquisitionRule: String, Sendable, Codable, Hashable, CaseIterable {
  /// Expected improvement where answers are exact, the one for noisy answers where they are not.
  case automatic
  /// Expected improvement on the best answer; under noise on the best posterior mean at a point asked about.
  case expectedImprovement = "expected-improvement"
  /// Expected improvement on the best answer heard, as if it were exact.
  case plugIn = "plug-in-improvement"
  /// How much the least posterior mean at the points asked about is expected to fall.
  case noisyImprovement = "noisy-improvement"
  /// How much the least posterior mean in the whole space is expected to fall.
  case knowledgeGradient = "knowledge-gradient"
  /// How much the answer tells about the minimal value.
  case entropySearch = "entropy-search"
  /// The least value that the process thinks likely.
  case confidenceBound = "confidence-bound"
  /// The minimum of a function drawn from the process.
  case thompson
}
