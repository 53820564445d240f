// SPDX-License-Identifier: Apache-2.0

/// A method that learns from answers to questions it never asked: points that somebody tried before, or elsewhere.
///
/// `tell` then takes questions that did not come from `ask`.
public protocol LearningFromOthers: OptimizationMethod {}
