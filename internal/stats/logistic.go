package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// logistic is a ridge regression of yes or no on features; the first feature is the
// constant, which is not shrunk.
type logistic []float64

const ridge = 1 // in rows: what a coefficient of 1 costs

// fit takes Newton steps from b, on the rows of x (k numbers each) that use keeps. The
// curvature, which costs most, is that of an earlier step while steps shrink quickly.
func (b logistic) fit(x []float64, y []bool, use func(i int) bool) {
	k := len(b)
	gradient, hessian := make([]float64, k), make([]float64, k*k)
	var factors mat.Cholesky
	var step mat.VecDense
	fresh, before := true, 0.0
	for range 40 {
		clear(gradient)
		for j := 1; j < k; j++ {
			gradient[j] = -ridge * b[j]
		}
		if fresh {
			b.curvature(hessian)
		}
		for i := range y {
			if use(i) {
				b.learn(x[i*k:][:k], y[i], gradient, hessian, fresh)
			}
		}
		if fresh && !factors.Factorize(mat.NewSymDense(k, hessian)) || factors.SolveVecTo(&step, mat.NewVecDense(k, gradient)) != nil {
			return
		}
		largest := 0.0
		for j := range b {
			move := min(max(step.AtVec(j), -2), 2) // where all answers are alike it would run away
			b[j] += move
			largest = max(largest, math.Abs(move))
		}
		if largest < enough {
			return
		}
		fresh, before = largest > .1 || !fresh && largest > before/4, largest
	}
}

// enough is how little a coefficient moves at last: both models are corrected for their
// errors, so that the last digits do not matter.
const enough = 1e-4

// curvature begins a Hessian with what the ridge adds.
func (b logistic) curvature(hessian []float64) {
	clear(hessian)
	hessian[0] = 1e-6 // so that no rows are no accident
	for j := 1; j < len(b); j++ {
		hessian[j*len(b)+j] = ridge
	}
}

// learn adds one row to the gradient and, when it is wanted, to the upper half of the
// Hessian.
func (b logistic) learn(x []float64, y bool, gradient, hessian []float64, curved bool) {
	p := b.at(x)
	rest := one(y) - p
	gradient = gradient[:len(x)]
	for j, xj := range x {
		gradient[j] += rest * xj
	}
	if !curved {
		return
	}
	w := p * (1 - p)
	for j, xj := range x {
		wx, others := w*xj, x[j:]
		row := hessian[j*len(x)+j:][:len(others)]
		for l, xl := range others {
			row[l] += wx * xl
		}
	}
}

// at is the probability at x.
func (b logistic) at(x []float64) float64 { return 1 / (1 + math.Exp(-dot(b, x))) }
