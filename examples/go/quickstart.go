// Larder in one program: put, get, put under a condition, scan, and what can go wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/apache/thrift/lib/go/thrift"

	"larder"
)

func quickstart(ctx context.Context, client *larder.StoreClient) error {
	if _, err := client.Put(ctx, "default", []byte("greeting"), []byte("hello"), nil); err != nil {
		return err
	}
	found, err := client.Get(ctx, "default", []byte("greeting"), nil)
	if err != nil {
		return err
	}
	fmt.Printf("greeting is %s\n", found.Value)

	// A condition that does not hold is a result, not an error.
	yes := true
	absent := &larder.PutOptions{Condition: &larder.Condition{Absent: &yes}}
	written, err := client.Put(ctx, "default", []byte("greeting"), []byte("welcome"), absent)
	if err != nil {
		return err
	}
	if !written.Applied {
		fmt.Println("not created: greeting is there already")
	}
	unchanged := &larder.PutOptions{Condition: &larder.Condition{VersionEqual: &found.Version}}
	written, err = client.Put(ctx, "default", []byte("greeting"), []byte("welcome"), unchanged)
	if err != nil {
		return err
	}
	if written.Applied {
		fmt.Println("replaced: nobody had changed greeting")
	}

	people := map[string]string{"city:Cairo": "10", "city:Lima": "11", "city:Oslo": "1"}
	for city, number := range people {
		if _, err = client.Put(ctx, "default", []byte(city), []byte(number), nil); err != nil {
			return err
		}
	}
	page, err := client.Scan(ctx, "default", &larder.KeyRange{Prefix: []byte("city:")}, nil)
	if err != nil {
		return err
	}
	for _, item := range page.Items {
		fmt.Printf("%s has %s million people\n", item.Key, item.Value)
	}

	_, err = client.Get(ctx, "nowhere", []byte("greeting"), nil)
	return err
}

func main() {
	log.SetFlags(0)
	port := os.Getenv("LARDER_PORT")
	if port == "" {
		port = "7400"
	}
	configuration := &thrift.TConfiguration{}
	socket := thrift.NewTSocketConf("127.0.0.1:"+port, configuration)
	transport := thrift.NewTFramedTransportConf(socket, configuration)
	if err := transport.Open(); err != nil {
		log.Fatal(err)
	}
	defer transport.Close()
	protocols := thrift.NewTBinaryProtocolFactoryConf(configuration)
	client := larder.NewStoreClientFactory(transport, protocols)

	err := quickstart(context.Background(), client)
	var invalid *larder.InvalidRequest
	var refused *larder.Refused
	switch {
	case errors.As(err, &invalid): // correct the call
		fmt.Printf("invalid request: %s\n", invalid.Message)
	case errors.As(err, &refused): // certainly not executed: try again later
		log.Fatalf("refused: %s; try again in %d ms", refused.Message, refused.RetryAfterMs)
	case err != nil:
		log.Fatal(err)
	}
}
