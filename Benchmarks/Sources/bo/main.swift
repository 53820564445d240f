// SPDX-License-Identifier: Apache-2.0
// bo regret [--problems table|others|NAME,…] [--seeds A-B] [--answers N] [--batch N] [--random] [--set name=value,…]
//     regret after N answers, for each problem median, worst quartile and mean of the logarithm, and ms a suggestion
// bo suggestion [--points N] [--dimension D] [--repeats N] [--set …]
//     seconds for the next suggestion once N points are answered, with peak memory, beside one Cholesky factorization
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics

let options = Options(words: CommandLine.arguments)

switch CommandLine.arguments.dropFirst().first {
case "regret":
  try Regret(options: options).run()
case "suggestion":
  try Suggestion(options: options).run()
default:
  print("usage: bo regret | bo suggestion, see the head of main.swift")
  exit(2)
}
