// SPDX-License-Identifier: Apache-2.0

extension AtlasSystem {
  /// The sheet "numerics": 35 systems.
  static let numerics = parse(
    sheet: "numerics",
    #"""
    # Linear, Newton and coordinate solvers

    AdaSketch-Newton
    GradusSmooth
    Constrained Optimization via Exact Augmented Lagrangian and Randomized Iterative Sketching
    equality-constrained Newton steps from a randomized inner solver that is only as accurate as needed

    Learning to Relax
    GradusStudy
    Learning to Relax: Setting Solver Parameters Across a Sequence of Linear System Instances
    a bandit that tunes the relaxation of an iterative solver while a sequence of systems is solved

    Gradient-regularized Newton (GNS)
    GradusSmooth
    Gradient-Normalized Smoothness for Optimization with Approximate Hessians
    Newton with an inexact Hessian and a shift that follows the gradient norm, without class constants

    Fast BCD toolbox
    GradusComposite
    Let's Make Block Coordinate Descent Converge Faster: Faster Greedy Rules, Message-Passing, Active-Set \#
    Complexity, and Superlinear Convergence
    block coordinate descent assembled from partitions, selection rules and update rules

    Robust AltMin completion
    GradusComposite
    Low Rank Matrix Completion via Robust Alternating Minimization in Nearly Linear Time
    matrix completion by alternating least squares whose inner solves are cheap and inexact

    # Bilevel problems and implicit differentiation

    Implicit differentiation
    GradusBilevel
    Efficient and Modular Implicit Differentiation
    derivatives of a solution from its optimality condition, whatever solver found it

    Penalty bilevel (fully first-order)
    GradusBilevel
    On Penalty Methods for Nonconvex Bilevel Optimization and First-Order Stochastic Approximation
    bilevel descent that replaces second derivatives by a weighted pair of lower-level solves

    LV-HBA
    GradusBilevel
    Constrained Bi-Level Optimization: Proximal Lagrangian Value function Approach and Hessian-free Algorithm
    single-loop bilevel method without Hessians for lower levels with coupled constraints

    BSVRB
    GradusBilevel
    Blockwise Stochastic Variance-Reduced Methods with Parallel Speedup for Multi-Block Bilevel Optimization
    variance-reduced bilevel method that samples some of many lower-level problems a step

    Self-Tuning Networks
    GradusBilevel
    Self-Tuning Networks: Bilevel Optimization of Hyperparameters using Structured Best-Response Functions
    a network that learns how its weights answer to hyper-parameters, and tunes them meanwhile

    PI-HC-MoE
    GradusDynamics
    Scaling physics-informed hard constraints with mixture-of-experts
    PDE constraints solved exactly per region inside a network, one expert a region

    # Convex reformulation, orders and clusters

    Convex ReLU nets
    GradusComposite
    Efficient Global Optimization of Two-layer ReLU Networks: Quadratic-time Algorithms and Adversarial Training
    two-layer ReLU training restated as a convex group-sparse program and solved globally

    TOPO
    GradusDiscrete
    Optimizing NOTEARS Objectives via Topological Swaps
    causal graphs by swapping pairs in a topological order that a continuous score points at

    PPP clustering
    GradusLearning
    Probabilistic Partitive Partitioning (PPP)
    k-means partitions that a mixture model confirms, with the number of clusters found

    # Diffusion, flow and transport

    USF / S³
    GradusDynamics
    A Unified Sampling Framework for Solver Searching of Diffusion Probabilistic Models
    a family of diffusion samplers with free choices a step, and a search for the best schedule

    AutoDiffusion
    GradusBlackBox
    AutoDiffusion: Training-Free Optimization of Time Steps and Architectures for Automated Diffusion Model \#
    Acceleration
    evolutionary choice of the few time steps at which a frozen diffusion model is evaluated

    BOSS
    GradusDynamics
    Bellman Optimal Step-size Straightening of Flow-Matching Models
    dynamic programming over step sizes of a flow sampler, then straightening between the knots

    ReNO
    GradusLearning
    ReNO: Enhancing One-step Text-to-Image Models through Reward-based Noise Optimization
    gradient ascent on the starting noise of a one-step generator under several rewards

    Light Schrödinger Bridge
    GradusDynamics
    Light Schrödinger Bridge
    entropic transport between two samples with a mixture potential in closed form

    Diffusion catalogue & optimization by conditional sampling
    GradusDynamics
    An Overview of Diffusion Models: Applications, Guided Generation, Statistical Rates and Optimization
    diffusion processes side by side, and optimization by sampling given a high objective

    # Differential-equation learning and control

    Solver-heuristic regularization (global)
    GradusDynamics
    Opening the Blackbox: Accelerating Neural Differential Equations by Regularizing Internal Solver Heuristics
    neural differential equations trained to be easy for their own adaptive integrator

    Solver-heuristic regularization (local)
    GradusDynamics
    Locally Regularized Neural Differential Equations: Some Black Boxes Were Meant to Remain Closed!
    the same pressure from one integrator step at a random time, with any adjoint

    RL time stepping
    GradusReinforcement
    Reinforcement Learning for Adaptive Time-Stepping in the Chaotic Gravitational Three-Body Problem
    a learned policy that sets the accuracy of an N-body integrator as it runs

    # PDEs, operators and shape

    Networks to operators
    GradusDynamics
    Principled Approaches for Extending Neural Architectures to Function Spaces for Operator Learning
    ordinary network layers rewritten so that they act on functions at any resolution

    NeuralStagger
    GradusDynamics
    NeuralStagger: Accelerating Physics-constrained Neural PDE Solver with Spatial-temporal Decomposition
    a fine-grid stepper split into interleaved coarse ones that are trained together

    Non-smooth PDE multiobjective
    GradusMultiObjective
    Multiobjective Optimization of Non-Smooth PDE-Constrained Problems
    Pareto fronts of control problems whose state equation has a kink

    Shape-design RL
    GradusReinforcement
    Investigation of reinforcement learning for shape optimization of profile extrusion dies
    an agent that reshapes a flow channel until its outflow meets a wanted ratio

    # Optimize at test time, learn from the optimizer

    Neural scene-flow prior
    GradusLearning
    Neural Scene Flow Prior
    motion between two point clouds as an untrained network fitted to this one pair

    UAO pose
    GradusLearning
    Uncertainty-Aware Testing-Time Optimization for 3D Human Pose Estimation
    body pose refined at test time in the directions in which the network is unsure

    SPIN
    GradusLearning
    Learning to Reconstruct 3D Human Pose and Shape via Model-fitting in the Loop
    a pose regressor and a model fit that start and teach each other

    Self-supervised mocap
    GradusLearning
    Self-supervised Learning of Motion Capture
    a pose network adapted to unlabeled motion through differentiable projections

    GOLF
    GradusBlackBox
    Gradual Optimization Learning for Conformational Energy Minimization
    an energy model improved on the points where its own minimizations go astray

    # Probabilistic programs and model-based search

    PPGVAE
    GradusBlackBox
    Robust Model-Based Optimization for Challenging Fitness Landscapes
    a generative model whose latent density follows fitness, for rare and distant optima

    Programmable VI
    GradusTrace
    Probabilistic Programming with Programmable Variational Inference
    variational objectives as programs, with a gradient estimator chosen at each draw

    # Symbolic numerics

    Symbolic engine
    GradusModeling
    High-performance symbolic-numerics via multiple dispatch
    terms, rules, e-graphs and code generation for formulas of numeric programs

    """#)
}
