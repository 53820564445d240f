// SPDX-License-Identifier: Apache-2.0

// One import for a user of the library: every family and everything below it.
@_exported import GradusBilevel
@_exported import GradusBlackBox
@_exported import GradusComposite
@_exported import GradusCore
@_exported import GradusDiscrete
@_exported import GradusFirstOrder
@_exported import GradusLanguage
@_exported import GradusLearning
@_exported import GradusLinearAlgebra
@_exported import GradusModeling
@_exported import GradusMultiObjective
@_exported import GradusNative
@_exported import GradusNumerics
@_exported import GradusProblems
@_exported import GradusPrograms
@_exported import GradusSmooth
@_exported import GradusStudy
@_exported import GradusTensor
@_exported import GradusTrace
@_exported import GradusVerification
