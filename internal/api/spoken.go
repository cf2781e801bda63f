package api

import (
	"regexp"
	"strconv"
)

var listedPlace = regexp.MustCompile(`^(?:funnel\.)?(steps|exclude|measures|breakdown)\[(\d+)\](?:\.(.+))?$`)

// spoken says a JSON path as people who never see the JSON would: steps[1].where is the
// condition of step 2. Other paths are as they are.
func spoken(path string) string {
	place := listedPlace.FindStringSubmatch(path)
	if place == nil {
		return path
	}
	index, err := strconv.Atoi(place[2])
	if err != nil {
		return path
	}
	name := map[string]string{"steps": "step ", "exclude": "exclusion ", "measures": "measure ", "breakdown": "breakdown "}[place[1]] + strconv.Itoa(index+1)
	switch place[3] {
	case "":
		return name
	case "where":
		return name + ", condition"
	}
	return name + ", " + place[3]
}
